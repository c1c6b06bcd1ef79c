// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { median } from 'simple-statistics';
import type { Measurement } from '../../analysis/measurement.ts';
import { readSpec } from '../../analysis/run.ts';
import type { RunRecord } from '../../analysis/run-record.ts';
import { ExitCode, Fault } from '../../fault.ts';
import { groupBy } from '../grouping.ts';
import { METRICS, type Metric } from '../metrics.ts';
import { readMeasured } from '../results.ts';
import { type Condition, conditionKey, conditionOf } from './condition.ts';
import type { SeedValue } from './effect.ts';

/** A row, and all that it was measured under: the table alone does not say the receive buffer. */
export interface Trial {
  readonly row: Measurement;
  readonly condition: Condition;
}

/** What a run measured, as far as runs can be compared by it. */
export interface MeasuredRun {
  readonly directory: string;
  readonly record: RunRecord;
  readonly trials: readonly Trial[];
}

/** One metric under one condition: a value for each seed. */
export interface Sample {
  readonly metric: Metric;
  readonly condition: Condition;
  readonly values: readonly SeedValue[];
}

/** @throws Fault (64) for a folder that holds no such run, or one that does not say what its cells were asked. */
export async function readMeasuredRun(directory: string): Promise<MeasuredRun> {
  const { record, rows } = await readMeasured(directory);
  const conditions = new Map<string, Condition>();
  for (const cell of new Set(rows.map((row) => row.cell)))
    conditions.set(cell, await conditionIn(directory, cell));
  const trials = rows.map((row) => ({ row, condition: conditions.get(row.cell) as Condition }));
  return { directory, record, trials };
}

/** A cell's later attempts have its condition too, and may be all that somebody kept. */
async function conditionIn(directory: string, cell: string): Promise<Condition> {
  const folders = ['', '.attempt2', '.attempt3'].map((ending) =>
    join(directory, 'cells', `${cell}${ending}`),
  );
  const folder = folders.find((each) => existsSync(join(each, 'cell.json')));
  const condition = folder && conditionOf(await readSpec(folder));
  if (condition) return condition;
  throw new Fault(
    ExitCode.usage,
    `${folder ?? folders[0]}/cell.json: ${folder ? 'does not say the receive buffer (rcvbuf)' : 'there is no such file'}`,
    'What was measured with another receive buffer must not be compared: keep cells/*/cell.json with a run, or measure anew.',
  );
}

/**
 * A sample for each of the metrics and conditions that has a value at all. Valid rows count, and the median of those of
 * one seed is its value: repetitions within a boot are not independent of each other. Pure.
 */
export function samplesOf(trials: readonly Trial[], metrics: readonly Metric[]): Sample[] {
  const valid = trials.filter(({ row }) => row.status === 'valid');
  return [...groupBy(valid, ({ condition }) => conditionKey(condition)).values()].flatMap((group) =>
    metrics.flatMap((metric): Sample[] => {
      const values = valuesBySeed(group, metric);
      return values.length > 0 ? [{ metric, condition: (group[0] as Trial).condition, values }] : [];
    }),
  );
}

function valuesBySeed(trials: readonly Trial[], metric: Metric): SeedValue[] {
  const seeds = groupBy(trials, ({ row }) => row.seed);
  return [...seeds].flatMap(([seed, group]) => {
    const known = group.map(({ row }) => METRICS[metric].value(row)).filter((value) => value !== null);
    return known.length > 0 ? [{ seed, value: median(known) }] : [];
  });
}

export const sampleKey = ({ metric, condition }: Pick<Sample, 'metric' | 'condition'>): string =>
  `${metric}|${conditionKey(condition)}`;
