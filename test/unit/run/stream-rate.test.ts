// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { createSegment } from '../../../src/pcap/segment.ts';
import { StreamRate } from '../../../src/run/stream-rate.ts';

/** A thousand bytes a microsecond, as segments of [us, sequence number] show it. */
function rateOf(segments: readonly (readonly [number, number])[]): number {
  const rate = new StreamRate(10_000, 20_000);
  for (const [us, seq] of segments)
    rate.take({ ...createSegment(), timeNs: us * 1000, seq: seq >>> 0, payloadLength: 1000 });
  return rate.bytesPerSecond();
}
const steady = Array.from({ length: 40 }, (_, us) => [us, 1000 * us] as const);

test('only what comes in the window counts, from the first payload on', () => {
  expect(rateOf(steady)).toBeCloseTo(1e9, 3);
  expect(rateOf(steady.map(([us, seq]) => [us + 500, seq]))).toBeCloseTo(1e9, 3);
  expect(rateOf(steady.slice(0, 20))).toBeCloseTo(0.5e9, 3);
});

test('bytes that are sent again count once', () => {
  expect(rateOf(steady.flatMap((segment) => [segment, segment]))).toBeCloseTo(1e9, 3);
});

test('sequence numbers may begin anew', () => {
  expect(rateOf(steady.map(([us, seq]) => [us, seq - 15_500]))).toBeCloseTo(1e9, 3);
});

test('acknowledgements begin nothing', () => {
  const rate = new StreamRate(10_000, 20_000);
  rate.take({ ...createSegment(), timeNs: 0, payloadLength: 0 });
  for (const [us, seq] of steady)
    rate.take({ ...createSegment(), timeNs: 1e6 + us * 1000, seq, payloadLength: 1000 });
  expect(rate.bytesPerSecond()).toBeCloseTo(1e9, 3);
});
