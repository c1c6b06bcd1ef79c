// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { mean, median, standardDeviation } from 'simple-statistics';
import type { Measurement } from '../../../../src/analysis/measurement.ts';
import type { RunRecord } from '../../../../src/analysis/run-record.ts';
import { randomNumbers } from '../../../../src/random.ts';
import type { Condition } from '../../../../src/report/compare/condition.ts';
import type { MeasuredRun, Trial } from '../../../../src/report/compare/trial.ts';
import { record, row } from '../rows.ts';

const COLUMNS = ['delay_ms', 'freeze_ms', 'app_gap_ms', 'window_min', 'tx_after_mb_s'] as const;
type Column = (typeof COLUMNS)[number];

/** A condition as tcpmig/figures measured it: each column's median, and the spread of its logarithm over seeds. */
interface Shape {
  readonly condition: Condition;
  readonly columns: Readonly<Record<Column, { readonly middle: number; readonly spread: number }>>;
}

const reference = JSON.parse(readFileSync('test/fixtures/reference/figures.reference.json', 'utf8')) as {
  cells: Record<string, { rows: Record<Column, number>[] }>;
};

/** The five conditions of the figures with as many seeds each. */
const SHAPES: readonly Shape[] = [1, 5, 10, 20, 50].map((image_mb) => {
  const rows = Object.entries(reference.cells)
    .filter(([cell]) => cell.includes(`-duplex-${image_mb}mb-`))
    .flatMap(([, { rows }]) => rows);
  const shapeOf = (column: Column) => {
    const values = rows.map((each) => each[column]);
    return { middle: median(values), spread: standardDeviation(values.map(Math.log)) };
  };
  return {
    condition: condition({ image_mb }),
    columns: Object.fromEntries(COLUMNS.map((column) => [column, shapeOf(column)])) as Shape['columns'],
  };
});

export function condition(given: Partial<Condition> = {}): Condition {
  return {
    ...{ engine: 'tcpmig', clock: 'virtual', role: 'duplex', image_mb: 1, rate_mb_s: 120, peer_rate_mb_s: 2 },
    ...{ interval_s: 0.25, rcvbuf: 2097152, impairments: '' },
    ...given,
  };
}

/** A migration under a condition; what a test is about is given. */
export function trial(under: Condition, given: Partial<Measurement> = {}): Trial {
  const { engine, clock, role, image_mb, rate_mb_s, peer_rate_mb_s } = under;
  const asked = { engine, clock, role, image_mb, rate_mb_s, peer_rate_mb_s };
  return { condition: under, row: row({ cell: `s${given.seed ?? 1}`, ...asked, ...given }) };
}

export const runOf = (trials: readonly Trial[], given: Partial<RunRecord> = {}): MeasuredRun => ({
  directory: 'results/run',
  record: { ...(record as unknown as RunRecord), ...given },
  trials,
});

/**
 * A run of equal code each, by another `chance`: as many seeds for each shape, each value drawn about the middle with
 * `noise` times the spread that was measured. `slower` multiplies columns.
 */
export function shapedRun(
  chance: number,
  seeds: number,
  { noise = 1, slower = {} }: { noise?: number; slower?: Partial<Record<Column, number>> } = {},
): MeasuredRun {
  const random = randomNumbers(chance * 7919 + 1);
  const trials = SHAPES.flatMap(({ condition, columns }) =>
    Array.from({ length: seeds }, (_, index) => {
      const drawn = COLUMNS.map((column) => {
        const { middle, spread } = columns[column];
        return [column, middle * Math.exp(normal(random) * spread * noise) * (slower[column] ?? 1)];
      });
      return trial(condition, { seed: index + 1, window_before: 2123008, ...Object.fromEntries(drawn) });
    }),
  );
  return runOf(trials);
}

/** About a standard normal number: the sum of twelve uniform ones. */
const normal = (random: () => number): number => (mean(Array.from({ length: 12 }, random)) - 0.5) * 12;
