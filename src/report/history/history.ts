// SPDX-License-Identifier: GPL-2.0-only
import type { Status } from '../../analysis/measurement.ts';
import { type Condition, conditionTitle } from '../compare/condition.ts';
import { medianOfSeeds } from '../compare/effect.ts';
import { type MeasuredRun, samplesOf } from '../compare/trial.ts';
import type { Metric } from '../metrics.ts';
import type { Estimate } from '../statistics.ts';

/** What a run was made of and by: what a change from one to the next may come from. */
export interface HistoryRun {
  readonly id: string;
  readonly directory: string;
  /** ISO 8601. */
  readonly started: string;
  readonly state: string;
  readonly experiment: string;
  readonly clock: string;
  readonly commit: string | null;
  readonly dirty: boolean | null;
  /** SHA-256 of tcpmig.ko, and of the sources that it was built of. */
  readonly module: string | null;
  readonly source: string | null;
  readonly kernel: string | null;
  readonly counts: Readonly<Record<Status, number>>;
}

/** One metric under one condition in one run: the median over its seeds, with its 95% interval. */
export interface HistoryPoint extends Estimate {
  readonly run: HistoryRun;
  readonly metric: Metric;
  readonly condition: Condition;
  readonly seeds: number;
}

export interface History {
  /** In the order in which they began. */
  readonly runs: readonly HistoryRun[];
  readonly points: readonly HistoryPoint[];
}

/** Pure. */
export function historyOf(measured: readonly MeasuredRun[], metrics: readonly Metric[]): History {
  const inOrder = measured.toSorted((a, b) => begun(a.record) - begun(b.record));
  const each = inOrder.map((one) => {
    const run = runOf(one);
    return { run, points: samplesOf(one.trials, metrics).map((sample) => pointOf(run, sample)) };
  });
  return { runs: each.map(({ run }) => run), points: each.flatMap(({ points }) => points) };
}

/** Milliseconds since 1970. */
export const begun = ({ started }: Pick<HistoryRun, 'started'>): number => Date.parse(started);

const pointOf = (run: HistoryRun, { metric, condition, values }: ReturnType<typeof samplesOf>[number]) => ({
  ...{ run, metric, condition, seeds: values.length },
  ...medianOfSeeds(values),
});

function runOf({ directory, record, trials }: MeasuredRun): HistoryRun {
  const { id, started, state, experiment, clock, git, module, guest } = record;
  const count = (status: Status) => trials.filter(({ row }) => row.status === status).length;
  return {
    ...{ id, directory, started, state, experiment: experiment.file, clock },
    ...{ commit: git.commit ?? null, dirty: git.dirty ?? null },
    ...{ module: module.sha256 ?? null, source: module.source_sha256 ?? null, kernel: guest.kernel ?? null },
    counts: { valid: count('valid'), invalid: count('invalid'), inconclusive: count('inconclusive') },
  };
}

/** A line for each point, for `--csv` and `--json`. */
export const flatPoints = ({ points }: History) =>
  points.map(({ run, metric, condition, seeds, value, low, high }) => ({
    ...{ run: run.id, started: run.started, commit: run.commit, module: run.module, kernel: run.kernel },
    ...{ metric, condition: conditionTitle(condition), ...condition, seeds, median: value, low, high },
  }));
