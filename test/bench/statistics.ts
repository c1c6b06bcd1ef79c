// SPDX-License-Identifier: GPL-2.0-only
import { max, median, min } from 'simple-statistics';
import type { Bench, Comparison, Goal, Quantity, Round } from './bench.ts';

/** Of the rounds in which it was measured; least and most are the spread, since rounds are too few for quantiles. */
export interface Summary {
  median: number;
  least: number;
  most: number;
  rounds: number;
}

export interface QuantityResult extends Quantity {
  /** Undefined if no round measured it. */
  summary: Summary | undefined;
}

export interface ComparisonResult extends Comparison {
  summary: Summary | undefined;
  /** In the order of the goals; undefined where there is no ratio. */
  met: (boolean | undefined)[];
}

export interface BenchResult {
  name: string;
  about: string;
  quantities: QuantityResult[];
  comparisons: ComparisonResult[];
}

export function summarise(values: readonly number[]): Summary | undefined {
  if (values.length === 0) return undefined;
  const all = [...values];
  return { median: median(all), least: min(all), most: max(all), rounds: all.length };
}

/** The ratio of each round that measured both: what slows a whole round down cancels. */
export const ratios = (rounds: readonly Round[], of: string, to: string): number[] =>
  rounds.flatMap((round) => {
    const [above, below] = [round[of], round[to]];
    return above === undefined || below === undefined ? [] : [above / below];
  });

export const isMet = (ratio: number, goal: Goal): boolean =>
  'least' in goal ? ratio >= goal.least : ratio <= goal.most;

export function judgeBench(name: string, bench: Bench, rounds: readonly Round[]): BenchResult {
  const valuesOf = (quantity: string) => rounds.flatMap((round) => round[quantity] ?? []);
  return {
    name,
    about: bench.about,
    quantities: bench.quantities.map((each) => ({ ...each, summary: summarise(valuesOf(each.name)) })),
    comparisons: bench.comparisons.map((each) => {
      const summary = summarise(ratios(rounds, each.of, each.to));
      return { ...each, summary, met: each.goals.map((goal) => summary && isMet(summary.median, goal)) };
    }),
  };
}

/** A goal that was not reached, or that could not be measured. */
export const isMissed = ({ comparisons }: BenchResult): boolean =>
  comparisons.some(({ met }) => met.some((each) => each !== true));
