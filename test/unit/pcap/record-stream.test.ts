// SPDX-License-Identifier: GPL-2.0-only

import { expect, test } from 'vitest';
import { RecordStream } from '../../../src/pcap/record-stream.ts';
import { pcapBytes, readFixture } from './pcap-bytes.ts';

const frames = await readFixture('mixed.pcap');
const microseconds = pcapBytes(frames, { nanoseconds: false });

test.each([1, 23, 24, 25, 1000, 1 << 20])('chunks of %i bytes give the same header and records', (size) => {
  const stream = new RecordStream();
  const records: Buffer[] = [];
  for (let at = 0; at < microseconds.length; at += size)
    records.push(...stream.push(microseconds.subarray(at, at + size)).map((record) => Buffer.from(record)));
  const header = stream.header ?? Buffer.alloc(0);
  expect(Buffer.concat([header, ...records]).equals(microseconds)).toBe(true);
  expect(records.length).toBe(frames.length);
});

test.each([true, false])(
  'times are read and written in the order of the file (little-endian: %s)',
  (littleEndian) => {
    const frame = { timeNs: 1_234_567_000, bytes: Buffer.from('frame'), length: 5 };
    const stream = new RecordStream();
    const [record = Buffer.alloc(0)] = stream.push(pcapBytes([frame], { littleEndian, nanoseconds: false }));
    expect(stream.timeUs(record)).toBe(1_700_000_001_234_567);
    stream.setTimeUs(record, 1_800_000_000_654_321);
    expect(stream.timeUs(record)).toBe(1_800_000_000_654_321);
    expect(record.subarray(-5).toString()).toBe('frame');
  },
);

test('a record longer than any is a fault with its place, as is a file in nanoseconds', () => {
  const broken = Buffer.from(microseconds);
  broken.writeUInt32LE(0x7fffffff, 24 + 8);
  expect(() => new RecordStream().push(broken)).toThrow('byte 32: captured length 2147483647');
  expect(() => new RecordStream().push(pcapBytes(frames))).toThrow('nanoseconds');
});
