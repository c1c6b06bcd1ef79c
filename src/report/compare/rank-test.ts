// SPDX-License-Identifier: GPL-2.0-only
import { errorFunction, wilcoxonRankSum } from 'simple-statistics';

/** Up to so many values a sample the distribution of U is counted out. */
const EXACT_UP_TO = 20;

/**
 * Two-sided p of the hypothesis that both samples come from one distribution (Mann and Whitney 1947): exact for samples
 * of at most 20 values without ties, else by the normal approximation with correction for ties and for continuity.
 * Never below what samples of these sizes can give. @throws RangeError on an empty sample
 */
export function rankTest(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) throw new RangeError('a rank test needs two samples');
  const u = wilcoxonRankSum([...a], [...b]) - (a.length * (a.length + 1)) / 2;
  const ties = tieSizes([...a, ...b]);
  const isExact = ties.every((size) => size === 1) && Math.max(a.length, b.length) <= EXACT_UP_TO;
  const p = isExact ? exactP(u, a.length, b.length) : normalP(u, a.length, b.length, ties);
  return Math.max(p, leastP(a.length, b.length));
}

/** The smallest p that samples of these sizes can give, however far apart they lie: all of one beyond all of the other. */
export const leastP = (a: number, b: number): number => Math.min(1, 2 / choose(a + b, a));

/** How many values each sample needs at least, for p times the number of tests to be able to fall below alpha. */
export function valuesNeeded(alpha: number, tests: number): number {
  let values = 1;
  while (leastP(values, values) * tests >= alpha) values++;
  return values;
}

const choose = (of: number, some: number): number =>
  Array.from({ length: some }, (_, index) => index + 1).reduce((ways, k) => (ways * (of - some + k)) / k, 1);

/** How many values are equal, for each value that occurs. */
function tieSizes(values: readonly number[]): number[] {
  const sizes = new Map<number, number>();
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  return [...sizes.values()];
}

function exactP(u: number, a: number, b: number): number {
  const counts = countsOfU(a, b);
  const all = choose(a + b, a);
  const upTo = counts.slice(0, u + 1).reduce((sum, count) => sum + count, 0);
  const from = counts.slice(u).reduce((sum, count) => sum + count, 0);
  return Math.min(1, (2 * Math.min(upTo, from)) / all);
}

/** In how many of the orders of a and b values U is 0, 1, …, a·b: the last value is of one sample or of the other. */
function countsOfU(a: number, b: number): number[] {
  // rows[j][u]: orders of i values of one sample and j of the other.
  let rows = Array.from({ length: b + 1 }, () => [1]);
  for (let i = 1; i <= a; i++) {
    const next: number[][] = [[1]];
    for (let j = 1; j <= b; j++)
      next.push(
        Array.from(
          { length: i * j + 1 },
          (_, u) => (rows[j]?.[u - j] ?? 0) + ((next[j - 1] as number[])[u] ?? 0),
        ),
      );
    rows = next;
  }
  return rows[b] as number[];
}

function normalP(u: number, a: number, b: number, ties: readonly number[]): number {
  const all = a + b;
  const tied = ties.reduce((sum, size) => sum + size ** 3 - size, 0) / (all * (all - 1));
  const deviation = Math.sqrt(((a * b) / 12) * (all + 1 - tied));
  if (!(deviation > 0)) return 1; // All values are equal.
  const z = Math.max(0, Math.abs(u - (a * b) / 2) - 0.5) / deviation;
  return 1 - errorFunction(z / Math.SQRT2);
}
