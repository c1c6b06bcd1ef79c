// SPDX-License-Identifier: GPL-2.0-only
import { InvalidArgumentError } from 'commander';
import { METRIC_NAMES, type Metric } from '../report/metrics.ts';

const usual = 0.05;

/** How much a metric may change: of its own, or that of all. */
export interface Tolerances {
  readonly all: number;
  readonly own: ReadonlyMap<Metric, number>;
}
export const usualTolerances: Tolerances = { all: usual, own: new Map() };

export const toleranceOf =
  ({ all, own }: Tolerances) =>
  (metric: Metric): number =>
    own.get(metric) ?? all;

/** Reads `5%` or `delay_ms=10%`, one more each time that the option stands there. */
export function addTolerance(text: string, { all, own }: Tolerances): Tolerances {
  const [, name, percent] = /^(?:([a-z_0-9]+)=)?(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  if (percent === undefined) throw new InvalidArgumentError('expected a share such as 5%, or delay_ms=10%');
  const share = Number(percent) / 100;
  if (name === undefined) return { all: share, own };
  const metric = METRIC_NAMES.find((each) => each === name);
  if (!metric)
    throw new InvalidArgumentError(`there is no metric "${name}"; there are ${METRIC_NAMES.join(', ')}`);
  return { all, own: new Map([...own, [metric, share]]) };
}
