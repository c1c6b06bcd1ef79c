// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { bootstrap, changeOverSizes, medianOf, theilSenSlope } from '../../../src/report/statistics.ts';

const points = (...pairs: readonly (readonly [number, number])[]) =>
  pairs.map(([size, value]) => ({ size, value }));

test('the slope is that of the line, and one outlier does not move it', () => {
  expect(theilSenSlope(points([1, 5], [2, 7], [3, 9], [4, 11]))).toBe(2);
  expect(theilSenSlope(points([1, 5], [2, 7], [3, 9], [4, 11], [5, 13], [6, 1000]))).toBe(2);
});

test('pairs of one size have no slope', () => {
  expect(theilSenSlope(points([1, 10], [1, 20], [3, 14], [3, 24]))).toBe(2);
  expect(() => theilSenSlope(points([1, 10], [1, 20]))).toThrow(RangeError);
});

test('a change is relative to the median value', () => {
  expect(changeOverSizes(points([0, 10], [10, 20], [20, 30]))).toBe(1);
  expect(changeOverSizes(points([1, 0], [2, 0]))).toBe(0);
});

test('the interval holds the value, is the same each time, and has no width without scatter', () => {
  const scattered = points([1, 5], [1, 9], [1, 7], [2, 6], [2, 8], [2, 7]);
  const once = bootstrap(scattered, medianOf);
  expect(once.low).toBeLessThan(once.value);
  expect(once.high).toBeGreaterThan(once.value);
  expect(bootstrap(scattered, medianOf)).toEqual(once);
  expect(bootstrap(points([1, 4], [1, 4], [2, 4]), medianOf)).toEqual({ value: 4, low: 4, high: 4 });
});
