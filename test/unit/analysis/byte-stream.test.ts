// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { ByteStream } from '../../../src/analysis/byte-stream.ts';
import { createSegment, type Segment, TcpFlag } from '../../../src/pcap/segment.ts';

const data = (seq: number, payloadLength: number, timeNs = 0): Segment => ({
  ...createSegment(),
  ...{ seq: seq >>> 0, payloadLength, timeNs, flags: TcpFlag.ack },
});

test('new bytes and retransmissions, also partial ones and across the wrap of sequence numbers', () => {
  const stream = new ByteStream();
  const start = 2 ** 32 - 1000;
  const seen = [data(start, 600), data(start + 600, 600), data(start + 600, 600), data(start + 1000, 400)];
  const results = seen.map((segment) => {
    stream.send(segment);
    return [stream.newBytes, stream.retransmitted];
  });
  expect(results).toEqual([
    [600, false],
    [600, false],
    [0, true],
    [200, true],
  ]);
  expect(stream.next).toBe(1400);
});

test('ten gigabytes do not lose count', () => {
  const stream = new ByteStream();
  const step = 2 ** 30;
  for (let index = 0; index < 10; index++) stream.send(data((index * step) % 2 ** 32, step));
  expect(stream.next).toBe(10 * step);
});

test('SYN and FIN count one each and no payload', () => {
  const stream = new ByteStream();
  stream.send({ ...data(99, 0), flags: TcpFlag.syn });
  stream.send(data(100, 10));
  stream.send({ ...data(110, 5), flags: TcpFlag.fin | TcpFlag.ack });
  expect([stream.newBytes, stream.next]).toEqual([5, 17]);
  expect([stream.acknowledge(116), stream.lostByCapture]).toEqual([17, 0]);
});

test('a hole that is filled leaves nothing, one that is acknowledged is the loss of the capture', () => {
  const filled = new ByteStream();
  for (const segment of [data(0, 100), data(200, 100), data(100, 100)]) filled.send(segment);
  filled.acknowledge(300);
  expect([filled.lostByCapture, filled.holesBefore(1)]).toEqual([0, []]);
  const lost = new ByteStream();
  for (const segment of [data(0, 100), data(200, 100), data(100, 30)]) lost.send(segment);
  lost.acknowledge(300);
  expect([lost.lostByCapture, lost.holesBefore(1)]).toEqual([70, []]);
});

test('a hole that nobody fills stays, with its time', () => {
  const stream = new ByteStream();
  for (const segment of [data(0, 100), data(200, 100, 42)]) stream.send(segment);
  stream.acknowledge(100);
  expect([stream.lostByCapture, stream.holesBefore(43), stream.holesBefore(42)]).toEqual([0, [42], []]);
});

test('bytes acknowledged and never captured', () => {
  const stream = new ByteStream();
  stream.send(data(0, 100));
  stream.acknowledge(350);
  stream.send(data(350, 50));
  expect([stream.lostByCapture, stream.newBytes]).toEqual([250, 50]);
});
