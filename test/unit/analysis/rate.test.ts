// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { LongestGap } from '../../../src/analysis/gap.ts';
import { IntervalRate, MedianRate } from '../../../src/analysis/rate.ts';

const S = 1e9;

test.each([1, 0.5])('an interval of %d s holds its first instant and not its last', (seconds) => {
  const interval = new IntervalRate(5 * S, seconds * S);
  for (const time of [5 * S - 1, 5 * S, (5 + seconds) * S - 1, (5 + seconds) * S]) interval.observe(time, 10);
  expect(interval.bytesPerSecond()).toBe(20 / seconds);
});

test('the median of whole seconds, counted back from the end', () => {
  const rate = new MedianRate(0.5 * S, 4 * S, S);
  for (const [time, bytes] of [
    [0.7, 1000], // before the first whole second
    [1, 10],
    [1.999, 10],
    [2, 50],
    [3.5, 30],
    [4, 1000], // after the end
  ] as const)
    rate.observe(time * S, bytes);
  expect(rate.bytesPerSecond()).toBe(30);
});

test('of half seconds there are twice as many, and the rate is still a second’s', () => {
  const rate = new MedianRate(0, 1.5 * S, 0.5 * S);
  for (const [time, bytes] of [
    [0.1, 10],
    [0.6, 50],
    [1.1, 30],
  ] as const)
    rate.observe(time * S, bytes);
  expect(rate.bytesPerSecond()).toBe(60);
});

test.each([
  [0, 1.9 * S],
  [5 * S, 0],
])('from %i to %i there are no two seconds, so there is no rate', (start, end) => {
  expect(new MedianRate(start, end, S).bytesPerSecond()).toBeUndefined();
});

test('the longest gap of those that overlap the window, ends included', () => {
  const gap = new LongestGap(100, 200);
  for (const time of [0, 50, 120, 130, 195, 260, 900]) gap.observe(time);
  expect(gap.longestNs).toBe(70);
  const across = new LongestGap(100, 200);
  for (const time of [90, 400, 900]) across.observe(time);
  expect(across.longestNs).toBe(310);
  const single = new LongestGap(100, 200);
  single.observe(150);
  expect(single.longestNs).toBeUndefined();
});
