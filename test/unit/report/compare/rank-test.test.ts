// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { leastP, rankTest, valuesNeeded } from '../../../../src/report/compare/rank-test.ts';

test.each([
  // Mann and Whitney 1947, table I, n = 4, m = 4: P(U <= 0) = .014, P(U <= 3) = .100.
  ['all of one below all of the other', [1, 2, 3, 4], [5, 6, 7, 8], 2 / 70],
  ['U = 3', [1, 2, 3, 7], [4, 5, 6, 8], 14 / 70],
  ['of other sizes: U = 1 of 3 and 5', [1, 2, 4], [3, 5, 6, 7, 8], 4 / 56],
  ['in the middle of the distribution', [1, 4, 5, 8], [2, 3, 6, 7], 1],
])('exact: %s', (_, a, b, p) => {
  expect(rankTest(a, b)).toBeCloseTo(p, 12);
  expect(rankTest(b, a)).toBeCloseTo(p, 12);
});

test('exact p of U <= u agrees with counting every order of small samples', () => {
  const places = [0, 1, 2, 3, 4, 5, 6];
  const threes = places.flatMap((x) =>
    places.filter((y) => y > x).flatMap((y) => places.filter((z) => z > y).map((z) => [x, y, z])),
  );
  const uOf = (mine: readonly number[]) =>
    mine.reduce((sum, x) => sum + places.filter((y) => !mine.includes(y) && y < x).length, 0);
  for (const mine of threes) {
    const others = places.filter((place) => !mine.includes(place));
    const [below, above] = [
      threes.filter((each) => uOf(each) <= uOf(mine)).length,
      threes.filter((each) => uOf(each) >= uOf(mine)).length,
    ];
    const p = Math.min(1, (2 * Math.min(below, above)) / threes.length);
    expect(rankTest(mine, others), mine.join()).toBeCloseTo(p, 12);
  }
});

test('with ties: the normal approximation, corrected for ties and continuity', () => {
  // U = 3.5; ties of 2, 2, 3 and 2.
  const sigma = Math.sqrt((36 / 12) * (13 - (3 * 6 + 24) / 132));
  const z = (18 - 3.5 - 0.5) / sigma;
  expect(rankTest([1, 2, 2, 3, 4, 4], [3, 4, 5, 5, 6, 7])).toBeCloseTo(twoSided(z), 6);
});

test('large samples without ties: the same as exact ones nearly are', () => {
  const odd = Array.from({ length: 20 }, (_, index) => 2 * index);
  const shifted = odd.map((value) => value + 9);
  const exact = rankTest(odd, shifted);
  const approximate = rankTest([...odd, 1000.5], [...shifted, 1000.25]);
  expect(Math.abs(exact - approximate)).toBeLessThan(0.03);
  expect(exact).toBeLessThan(0.2);
});

test('equal values throughout are no difference, and no error', () => {
  expect(rankTest([5, 5, 5], [5, 5, 5])).toBe(1);
  expect(() => rankTest([], [1])).toThrow(RangeError);
});

test('what so many values can say at best', () => {
  expect(leastP(1, 1)).toBe(1);
  expect(leastP(5, 5)).toBeCloseTo(2 / 252, 12);
  expect(valuesNeeded(0.05, 1)).toBe(4);
  expect(valuesNeeded(0.05, 40)).toBe(7);
  // Three values with ties each: the approximation alone would promise more than three values can give.
  expect(rankTest([1, 1, 1], [2, 2, 2])).toBeGreaterThanOrEqual(leastP(3, 3));
});

/** By numeric integration of the density. */
function twoSided(z: number): number {
  const steps = 200_000;
  const width = (12 - z) / steps;
  let area = 0;
  for (let i = 0; i < steps; i++) area += Math.exp(-((z + (i + 0.5) * width) ** 2) / 2) * width;
  return (2 * area) / Math.sqrt(2 * Math.PI);
}
