// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { type Mark, mapClocks, readMark } from '../../../src/analysis/clock.ts';
import { createSegment } from '../../../src/pcap/segment.ts';

const mark = (machine: string, sentNs: number, capturedNs: number): Mark => ({ machine, sentNs, capturedNs });

function datagram(text: string, captured = text.length, destinationPort = 9) {
  const bytes = new TextEncoder().encode(text);
  return {
    ...createSegment(),
    ...{ timeNs: 77, destinationPort, bytes, payloadStart: 0 },
    ...{ payloadEnd: captured, payloadLength: text.length },
  };
}

test('each machine has the offset of its least delayed mark', () => {
  const clocks = mapClocks([mark('a', 0, 103), mark('b', 0, 50), mark('a', 10, 111), mark('a', 20, 122)]);
  expect(clocks.get('a')).toEqual({ marks: 3, offsetNs: 101, uncertaintyNs: 2 });
  expect(clocks.get('b')).toEqual({ marks: 1, offsetNs: 50, uncertaintyNs: undefined });
});

test('drift between the halves is uncertainty', () => {
  const marks = [0, 1, 2, 3].map((index) => mark('a', index, index + 100 + (index < 2 ? 0 : 40)));
  expect(mapClocks(marks).get('a')?.uncertaintyNs).toBe(40);
});

test('reads a mark', () => {
  expect(readMark(datagram('miglab-mark node-a 3 123456789012345'))).toEqual(
    mark('node-a', 123456789012345, 77),
  );
});

test.each([
  ['cut by the snaplen', datagram('miglab-mark node-a 3 1234567', 25), 'cut'],
  ['beyond 2^53', datagram('miglab-mark node-a 3 9223372036854775807'), 'cut'],
  ['without a time', datagram('miglab-mark node-a 3 '), 'cut'],
  ['another datagram', datagram('hello'), undefined],
  ['another port', datagram('miglab-mark node-a 3 1', 22, 10), undefined],
])('%s', (_name, segment, expected) => {
  expect(readMark(segment)).toBe(expected);
});
