// SPDX-License-Identifier: GPL-2.0-only
import { median } from 'simple-statistics';
import { METRICS } from '../metrics.ts';
import type { Estimate } from '../statistics.ts';
import { ratioOfMedians, sizeOf, values } from './effect.ts';
import { leastP, rankTest } from './rank-test.ts';
import type { Sample } from './trial.ts';

export type Verdict = 'regression' | 'improvement' | 'no change' | 'identical' | 'too few values';

/** What both runs have of one metric under one condition. */
export interface Question extends Omit<Sample, 'values'> {
  readonly base: Sample['values'];
  readonly head: Sample['values'];
}

/** The bounds beyond which a change counts. */
export interface Bounds {
  readonly alpha: number;
  /** A share: 0.05 is 5%. */
  readonly tolerance: number;
  /** The largest effect that equal code showed, as a share; null where that is not known. */
  readonly noise: number | null;
}

interface Side {
  readonly seeds: number;
  readonly median: number;
}

export interface Answer extends Omit<Question, 'base' | 'head'>, Bounds {
  readonly base: Side;
  readonly head: Side;
  /** Of the medians, head to base, with its 95% interval. */
  readonly ratio: Estimate;
  readonly p: number;
  /** Corrected for all tests of the comparison; p itself where this was no test. */
  readonly corrected: number;
  /** The smallest p that so many seeds can give. */
  readonly leastP: number;
  readonly verdict: Verdict;
  /** Why the verdict is what it is. */
  readonly because: string;
}

export type Measured = Pick<Answer, 'base' | 'head' | 'ratio' | 'p' | 'leastP'> & {
  readonly identical: boolean;
};

/** Pure, as is all here. */
export function measure({ base, head }: Question): Measured {
  return {
    base: sideOf(base),
    head: sideOf(head),
    ratio: ratioOfMedians(base, head),
    p: rankTest(values(base), values(head)),
    leastP: leastP(base.length, head.length),
    identical: areIdentical(values(base), values(head)),
  };
}

const sideOf = (sample: Sample['values']): Side => ({ seeds: sample.length, median: median(values(sample)) });

function areIdentical(a: number[], b: number[]): boolean {
  const [one, other] = [a, b].map((each) => each.toSorted((x, y) => x - y)) as [number[], number[]];
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

/** A change counts when it is no chance, when it matters, and when equal code does not show such: all three. */
export function answer(
  { metric, condition }: Question,
  { identical, ...measured }: Measured,
  corrected: number,
  tests: number,
  bounds: Bounds,
): Answer {
  const doubts = doubtsOf(measured, corrected, bounds);
  const [verdict, because]: [Verdict, string] = identical
    ? ['identical', 'the same values']
    : doubts.length === 0
      ? [directionOf(metric, measured.ratio.value), `${METRICS[metric].worse} is worse`]
      : isTooFew(measured, corrected, tests, bounds)
        ? ['too few values', tooFew(measured, tests)]
        : ['no change', doubts.join('; ')];
  return { metric, condition, ...measured, corrected, ...bounds, verdict, because };
}

/** Samples so small that no p of theirs can come out significant are no tests, and cost the others nothing. */
export const isTest = ({ leastP }: Pick<Measured, 'leastP'>, alpha: number): boolean => leastP < alpha;

function isTooFew(
  { leastP }: Pick<Measured, 'leastP'>,
  corrected: number,
  tests: number,
  { alpha }: Bounds,
): boolean {
  return !isTest({ leastP }, alpha) || (corrected >= alpha && leastP * tests >= alpha);
}

function tooFew({ base, head, leastP }: Pick<Measured, 'base' | 'head' | 'leastP'>, tests: number): string {
  const seeds = base.seeds === head.seeds ? `${base.seeds}` : `${base.seeds} and ${head.seeds}`;
  return `with ${seeds} seeds the least possible p is ${probability(leastP)}${tests > 1 ? `, times ${tests} tests` : ''}`;
}

function doubtsOf(
  { ratio, leastP }: Pick<Measured, 'ratio' | 'leastP'>,
  corrected: number,
  { alpha, tolerance, noise }: Bounds,
): string[] {
  return [
    ...(isTest({ leastP }, alpha) && corrected < alpha ? [] : [`p ${probability(corrected)}`]),
    ...(ratio.low > 1 + tolerance || ratio.high < 1 - tolerance
      ? []
      : ['interval reaches into the tolerance']),
    ...(noise === null || sizeOf(ratio.value) > noise ? [] : ['no more than equal code showed']),
  ];
}

function directionOf(metric: Answer['metric'], ratio: number): Verdict {
  const isLarger = ratio > 1;
  return isLarger === (METRICS[metric].worse === 'larger') ? 'regression' : 'improvement';
}

/** For people. */
export const probability = (p: number): string =>
  p < 0.0001 ? 'below 0.0001' : String(Number(p.toPrecision(2)));
