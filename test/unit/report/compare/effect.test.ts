// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { medianOfSeeds, ratioOfMedians, sizeOf } from '../../../../src/report/compare/effect.ts';

const seeds = (values: readonly number[], from = 1) =>
  values.map((value, index) => ({ seed: from + index, value }));

test('the ratio of medians, with an interval that has it', () => {
  const { value, low, high } = ratioOfMedians(seeds([9, 10, 11, 10, 10]), seeds([18, 20, 22, 21, 19]));
  expect(value).toBe(2);
  expect(low).toBeLessThanOrEqual(2);
  expect(high).toBeGreaterThanOrEqual(2);
  expect(high - low).toBeLessThan(0.8);
});

test('the same values give the same interval', () => {
  // So many values, and none like another, that two other draws would hardly give the same ends.
  const base = Array.from({ length: 40 }, (_, index) => Math.exp(Math.sin(index * index)));
  const head = base.map((value, index) => value * (1 + 0.2 * Math.cos(index)));
  const once = ratioOfMedians(seeds(base), seeds(head));
  for (let again = 0; again < 5; again++) expect(ratioOfMedians(seeds(base), seeds(head))).toEqual(once);
});

test('what a seed does to both runs cancels where both have it, and only there', () => {
  const base = [10, 20, 40, 80, 160];
  const head = base.map((value) => value * 1.1);
  const paired = ratioOfMedians(seeds(base), seeds(head));
  expect(paired.low).toBeCloseTo(1.1, 12);
  expect(paired.high).toBeCloseTo(1.1, 12);
  const apart = ratioOfMedians(seeds(base), seeds(head, 100));
  expect(apart.low).toBeLessThan(0.5);
  expect(apart.high).toBeGreaterThan(2);
});

test('seeds are paired by their number, whatever the order of the rows', () => {
  const base = seeds([10, 20, 40, 80, 160]);
  const head = base.map(({ seed, value }) => ({ seed, value: value * 2 })).reverse();
  expect(ratioOfMedians(base, head)).toMatchObject({ low: 2, high: 2 });
});

test('medians of nothing: both 0 is no change, one alone is beyond all bounds', () => {
  expect(ratioOfMedians(seeds([0, 0, 0]), seeds([0, 0, 0]))).toEqual({ value: 1, low: 1, high: 1 });
  expect(ratioOfMedians(seeds([0, 0, 0]), seeds([1, 2, 3])).value).toBe(Infinity);
  expect(ratioOfMedians(seeds([1, 2, 3]), seeds([0, 0, 0])).value).toBe(0);
});

test('an effect is as large downwards as upwards', () => {
  expect(sizeOf(1.25)).toBeCloseTo(0.25);
  expect(sizeOf(0.8)).toBeCloseTo(0.25);
  expect(sizeOf(0)).toBe(Infinity);
});

test('a median’s interval spans the values that it might be', () => {
  expect(medianOfSeeds(seeds([5]))).toEqual({ value: 5, low: 5, high: 5 });
  const { value, low, high } = medianOfSeeds(seeds([1, 2, 3, 4, 5, 6, 7]));
  expect(value).toBe(4);
  expect([low, high]).toEqual([2, 6]);
});
