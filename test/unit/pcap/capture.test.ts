// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { readCapture } from '../../../src/pcap/capture.ts';
import { createSegment, decodeFrame } from '../../../src/pcap/segment.ts';
import { type Encoding, fixture, pcapBytes, readFixture, record } from './pcap-bytes.ts';

async function timesOf(chunks: Iterable<Uint8Array>): Promise<number[]> {
  const times: number[] = [];
  await readCapture(chunks, (frame) => times.push(frame.timeNs));
  return times;
}

function* cut(bytes: Buffer, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size));
}

const encodings: Encoding[] = [true, false].flatMap((littleEndian) =>
  [true, false].map((nanoseconds) => ({ littleEndian, nanoseconds })),
);

test.each(encodings)('reads %o', async (encoding) => {
  const frames = await readFixture('mixed.pcap');
  const unit = encoding.nanoseconds ? 1 : 1000;
  const expected = frames.map(({ timeNs }) => Math.floor(timeNs / unit) * unit);
  expect(expected.length).toBeGreaterThan(10);
  expect(await timesOf([pcapBytes(frames, encoding)])).toEqual(expected);
});

/** As a reader does that has memory for one chunk: each overwrites the one before. */
function* inOneMemory(bytes: Buffer, size: number): Generator<Uint8Array> {
  const memory = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size)
    yield memory.subarray(0, bytes.copy(memory, 0, at, at + size));
}

const cuts: [number, typeof cut][] = [1, 7, 24, 200, 65536].flatMap((size) => [
  [size, cut],
  [size, inOneMemory],
]);
test.each(cuts)('gives the same frames in chunks of %i bytes: %o', async (size, cut) => {
  const bytes = readFileSync(fixture('mixed.pcap'));
  const whole: string[] = [];
  const pieces: string[] = [];
  const keep = (into: string[]) => (frame: { bytes: Uint8Array; start: number; captured: number }) =>
    into.push(Buffer.from(frame.bytes.subarray(frame.start, frame.start + frame.captured)).toString('hex'));
  await readCapture([bytes], keep(whole));
  await readCapture(cut(bytes, size), keep(pieces));
  expect(pieces).toEqual(whole);
});

test('a cut last record is a flag with its offset, at every byte of it', async () => {
  const frames = (await readFixture('mixed.pcap')).slice(0, 3);
  const bytes = pcapBytes(frames);
  const lastStart = pcapBytes(frames.slice(0, 2)).length;
  for (let end = lastStart + 1; end < bytes.length; end++) {
    const summary = await readCapture([bytes.subarray(0, end)], () => {});
    expect(summary).toMatchObject({ frames: 2, truncatedAt: lastStart });
  }
  expect(await readCapture([bytes], () => {})).toMatchObject({ frames: 3, truncatedAt: undefined });
});

test('the epoch keeps its nanoseconds', async () => {
  const [frame] = await readFixture('mixed.pcap');
  const bytes = pcapBytes([{ ...(frame as NonNullable<typeof frame>), timeNs: 123_456_789 }]);
  expect((await readCapture([bytes], () => {})).epochNs).toBe(1_700_000_000_123_456_789n);
});

const bad: [string, Buffer, RegExp][] = [
  ['an empty file', Buffer.alloc(0), /byte 0: end of file, expected a pcap file header of 24 bytes/],
  ['a cut file header', pcapBytes([]).subarray(0, 20), /byte 20: end of file/],
  ['text', Buffer.from('cell,seed,engine,clock,from,to\n'), /byte 0: magic 0x63656c6c/],
  ['pcapng', Buffer.concat([Buffer.from('0a0d0d0a', 'hex'), Buffer.alloc(40)]), /byte 0: a pcapng file/],
  ['another link type', pcapBytes([], { linkType: 101 }), /byte 20: link type 101, expected link type 1/],
];
test.each(bad)('%s is a fault of the file', async (_name, bytes, message) => {
  await expect(readCapture([bytes], () => {})).rejects.toMatchObject({
    exitCode: 64,
    message: expect.stringMatching(message),
  });
});

test.each([
  [4, 1_000_000_000, /sub-second part 1000000000, expected less than 1000000000/],
  [8, 300_000, /captured length 300000, expected at most 262144/],
  [8, 5000, /captured length 5000, expected at most the frame's length/],
])('a record with byte %i set to %i is a fault with its offset', async (field, value, message) => {
  const frames = (await readFixture('mixed.pcap')).slice(0, 2);
  const second = record(frames[1] as (typeof frames)[1]);
  second.writeUInt32LE(value, field);
  const before = pcapBytes(frames.slice(0, 1));
  await expect(readCapture([Buffer.concat([before, second])], () => {})).rejects.toMatchObject({
    exitCode: 64,
    message: expect.stringMatching(new RegExp(`byte ${before.length + field}: ${message.source}`)),
  });
});

test('memory does not grow with the file: a million packets', async () => {
  const frames = await readFixture('loss.pcap');
  const block = Buffer.concat(frames.map((frame) => record(frame)));
  const blocks = Math.ceil(1_000_000 / frames.length);
  const heaps: number[] = [];
  function* chunks() {
    yield pcapBytes([]);
    for (let index = 0; index < blocks; index++) {
      if (index === Math.floor(blocks / 10) || index === blocks - 1) heaps.push(heapAfterCollection());
      yield block;
    }
  }
  const segment = createSegment();
  const summary = await readCapture(chunks(), (frame) => decodeFrame(frame, segment));
  expect(summary.frames).toBeGreaterThanOrEqual(1_000_000);
  const [atTenth = 0, atEnd = 0] = heaps;
  expect(atEnd - atTenth).toBeLessThan(8 << 20);
});

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
