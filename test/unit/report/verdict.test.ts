// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { Measurement } from '../../../src/analysis/measurement.ts';
import { claimsSchema } from '../../../src/report/claims.ts';
import { judge } from '../../../src/report/verdict.ts';
import { parseText } from '../../../src/spec/document.ts';
import { row, rowsBySize } from './rows.ts';

const HEAD =
  'version: 1\npaper: { title: T, authors: [A], venue: V }\nclaims:\n  - { id: c, text: t, source: s, bounds_from: paper, ';

function verdictOf(claim: string, rows: readonly Measurement[]) {
  const [result] = judge(parseText('claims.yml', `${HEAD}${claim} }\n`, claimsSchema), rows);
  if (!result) throw new Error('no result');
  return result;
}

const FLAT =
  'metric: delay_ms, statistic: change-over-sizes, expected: { at_least: -0.46, at_most: 0.46 }, minimum_rows: 6';
const BAND = 'metric: delay_ms, statistic: median-per-size, expected: { at_least: 50, at_most: 80 }';
const KEPT =
  'metric: window_kept, statistic: median, expected: { at_most: 0.5 }, where: { image_mb: { above: 20 } }';
const NO_RST =
  'metric: rst, statistic: maximum, expected: { at_most: 0 }, where: { statuses: [valid, invalid] }';

test('a delay that does not depend on size is flat; one that grows with it is not', () => {
  const flat = verdictOf(
    FLAT,
    rowsBySize('delay_ms', { 1: [60, 62, 58], 10: [61, 59, 60], 50: [62, 60, 58] }),
  );
  expect(flat).toMatchObject({ verdict: 'reproduced', rows: 9 });
  const grows = verdictOf(
    FLAT,
    rowsBySize('delay_ms', { 1: [20, 21, 22], 10: [100, 104, 96], 50: [500, 510, 490] }),
  );
  expect(grows).toMatchObject({ verdict: 'not reproduced', because: 'above what was expected' });
  expect(grows.measured?.value).toBeGreaterThan(4);
});

test('rows that scatter across the bound decide nothing', () => {
  const noisy = verdictOf(
    FLAT,
    rowsBySize('delay_ms', { 1: [10, 60, 110], 10: [15, 60, 120], 50: [5, 90, 160] }),
  );
  expect(noisy).toMatchObject({
    verdict: 'inconclusive',
    because: expect.stringContaining('interval crosses'),
  });
});

test('one size outside the range is named, and enough', () => {
  const inside = { 1: [55, 56, 57], 10: [60, 61, 62] };
  expect(verdictOf(BAND, rowsBySize('delay_ms', inside)).verdict).toBe('reproduced');
  const result = verdictOf(BAND, rowsBySize('delay_ms', { ...inside, 50: [90, 95, 70] }));
  expect(result).toMatchObject({ verdict: 'not reproduced', because: 'outside at 1 of 3 sizes: 50 MB' });
  expect(result.medians).toEqual([
    { image_mb: 1, rows: 3, value: 56 },
    { image_mb: 10, rows: 3, value: 61 },
    { image_mb: 50, rows: 3, value: 90 },
  ]);
});

test('sizes "above 20" leave out 20 itself', () => {
  const rows = rowsBySize('window_min', { 20: [100, 100, 100], 50: [10, 12, 11] });
  expect(verdictOf(KEPT, rows)).toMatchObject({ verdict: 'reproduced', rows: 3, measured: { value: 0.11 } });
});

test('only valid rows of the role count, and too few are inconclusive', () => {
  const where = BAND.replace('delay_ms,', 'delay_ms, where: { role: duplex },');
  const rows = [
    row({ delay_ms: 60 }),
    row({ delay_ms: 61 }),
    row({ delay_ms: 900, status: 'invalid' }),
    row({ delay_ms: 900, status: 'inconclusive' }),
    row({ delay_ms: 900, role: 'source' }),
    row({ delay_ms: null }),
  ];
  expect(verdictOf(where, rows)).toMatchObject({
    verdict: 'inconclusive',
    rows: 2,
    because: '2 valid rows with this number; 3 needed',
  });
  expect(verdictOf(where, [...rows, row({ delay_ms: 62 })])).toMatchObject({
    verdict: 'reproduced',
    rows: 3,
  });
  expect(verdictOf(where, [])).toMatchObject({ verdict: 'inconclusive', measured: null });
});

test('a reset fails the claim although its row is invalid', () => {
  const good = [row(), row(), row()];
  expect(verdictOf(NO_RST, good).verdict).toBe('reproduced');
  const bad = verdictOf(NO_RST, [...good, row({ cell: 'sink-5', rep: 2, rst: 1, status: 'invalid' })]);
  expect(bad).toMatchObject({ verdict: 'not reproduced', because: 'outside in 1 of 4 rows: sink-5 rep 2' });
});

test('a tolerance widens the bounds', () => {
  const rows = rowsBySize('delay_ms', { 1: [82, 82, 82] });
  expect(verdictOf(BAND, rows).verdict).toBe('not reproduced');
  expect(verdictOf(`${BAND}, tolerance: 5`, rows).verdict).toBe('reproduced');
});

test('the medians that show the cause are given by size', () => {
  const rows = rowsBySize('delay_ms', { 1: [90, 90, 90], 50: [90, 90, 90] }).map((r) => ({
    ...r,
    image_ms: r.image_mb * 3,
  }));
  expect(verdictOf(`${BAND}, explain: [image_ms]`, rows).explanation).toEqual([
    {
      metric: 'image_ms',
      medians: [
        { image_mb: 1, rows: 3, value: 3 },
        { image_mb: 50, rows: 3, value: 150 },
      ],
    },
  ]);
});
