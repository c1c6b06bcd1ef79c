// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { Bench, Round } from '../../bench/bench.ts';
import { isMet, isMissed, judgeBench, ratios, summarise } from '../../bench/statistics.ts';
import { format, table } from '../../bench/table.ts';

const bench: Bench = {
  about: 'two readers',
  rounds: 3,
  quantities: [
    { name: 'ours', title: 'ours', unit: 'packets/s' },
    { name: 'theirs', title: 'theirs', unit: 'packets/s' },
    { name: 'large', title: 'memory', unit: 'MB' },
  ],
  comparisons: [
    { of: 'ours', to: 'theirs', goals: [{ least: 10 }, { least: 50 }] },
    { of: 'large', to: 'ours', goals: [{ most: 1.2 }] },
  ],
  measure: async function* () {},
};
/** In the second round the host was ten times slower. */
const rounds: Round[] = [
  { ours: 2000, theirs: 100 },
  { ours: 180, theirs: 10 },
  { ours: 2200, theirs: 100 },
];

test('a ratio is taken within each round, so a slow round does not change it', () => {
  expect(ratios(rounds, 'ours', 'theirs')).toEqual([20, 18, 22]);
  const { comparisons } = judgeBench('reading', bench, rounds);
  expect(comparisons[0]?.summary).toEqual({ median: 20, least: 18, most: 22, rounds: 3 });
  expect(comparisons[0]?.met).toEqual([true, false]);
});

test('a round that lacks one of the two gives no ratio', () => {
  expect(ratios([{ ours: 10 }, { ours: 30, theirs: 10 }, { theirs: 10 }], 'ours', 'theirs')).toEqual([3]);
});

test('what was not measured has no figures, and misses its goal', () => {
  expect(summarise([])).toBeUndefined();
  const result = judgeBench('reading', bench, rounds);
  expect(result.quantities[2]?.summary).toBeUndefined();
  expect(result.comparisons[1]).toMatchObject({ summary: undefined, met: [undefined] });
  const met = (each: (boolean | undefined)[]) =>
    result.comparisons.slice(0, 1).map((comparison) => ({ ...comparison, met: each }));
  expect(isMissed({ ...result, comparisons: met([true, true]) })).toBe(false);
  expect(isMissed({ ...result, comparisons: met([true, false]) })).toBe(true);
  expect(isMissed({ ...result, comparisons: met([undefined]) })).toBe(true);
});

test.each([
  [10, { least: 10 }, true],
  [9.99, { least: 10 }, false],
  [1.2, { most: 1.2 }, true],
  [1.21, { most: 1.2 }, false],
])('%d against %o: %o', (ratio, goal, met) => {
  expect(isMet(ratio, goal)).toBe(met);
});

test('the table says unit, median, spread, number of rounds, and of each goal whether it was met', () => {
  const lines = table(judgeBench('reading', bench, rounds)).split('\n');
  expect(lines[0]).toBe('reading: two readers');
  expect(lines[2]).toMatch(/^ {2}ours +packets\/s +2,000 {2}180 to 2,200 \(3\)$/);
  expect(lines[4]).toMatch(/^ {2}memory +MB +- {2}not measured$/);
  expect(lines[5]).toMatch(
    /ours \/ theirs +ratio +20 {2}18 to 22 \(3\) +at least 10: met, at least 50: missed$/,
  );
  expect(lines[6]).toMatch(/- {2}not measured +at most 1.2: not measured$/);
});

test.each([
  [0.93412, '0.934'],
  [12.345, '12.3'],
  [3_123_456, '3,120,000'],
])('%d is written %s', (value, text) => {
  expect(format(value)).toBe(text);
});
