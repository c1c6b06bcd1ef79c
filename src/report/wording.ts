// SPDX-License-Identifier: GPL-2.0-only
import type { CheckedClaim } from './claims.ts';
import { number, percent } from './format.ts';
import { isShare, METRICS, type Metric } from './metrics.ts';
import type { ClaimResult, SizeMedian } from './verdict.ts';

interface Quantity {
  readonly number: string;
  readonly unit: string;
}

/** A number of a claim as its statistic speaks of it: a change is a percentage, a share of a whole one too. */
function quantity(claim: CheckedClaim, value: number): Quantity {
  if (claim.statistic === 'change-over-sizes') return { number: percent(value), unit: '' };
  const { unit } = METRICS[claim.metric];
  if (isShare(claim.metric)) return { number: `${number(value * 100)}%`, unit: '' };
  return {
    number: number(value),
    unit: unit === '' ? '' : `\u00a0${value === 1 ? unit.replace(/s$/, '') : unit}`,
  };
}

/** A number of a claim, with its unit. */
export const amount = (claim: CheckedClaim, value: number): string => inFull(quantity(claim, value));

const inFull = ({ number, unit }: Quantity) => number + unit;

export function expectation(claim: CheckedClaim): string {
  const { at_least: least, at_most: most } = claim.expected;
  const tell = (value: number) => quantity(claim, value);
  const slack = claim.tolerance > 0 ? ` ± ${inFull(tell(claim.tolerance))}` : '';
  if (least === undefined) return (most === 0 ? 'none' : `at most ${inFull(tell(most as number))}`) + slack;
  if (most === undefined) return `at least ${inFull(tell(least))}${slack}`;
  if (-least === most) return `within ±${inFull(tell(most)).replace(/^\+/, '')}${slack}`;
  return `${tell(least).number} to ${inFull(tell(most))}${slack}`;
}

export function measurement({ claim, measured }: ClaimResult): string {
  if (claim.status !== 'checked' || measured === null) return '–';
  const value = quantity(claim, measured.value);
  if (measured.low === measured.high) return inFull(value);
  return `${inFull(value)} (${quantity(claim, measured.low).number} to ${quantity(claim, measured.high).number})`;
}

/** What the number is, in words: "median", "largest value". */
export const STATISTICS: Record<CheckedClaim['statistic'], string> = {
  median: 'median, with its 95% interval',
  'median-per-size': 'median of all rows, with the smallest and largest median of a size',
  'change-over-sizes': 'change from the smallest to the largest size, with its 95% interval',
  maximum: 'largest value',
};

/** A value under the heading of its metric, where the unit stands. */
export const told = (metric: Metric, value: number | null | undefined): string =>
  number(typeof value === 'number' && isShare(metric) ? value * 100 : value);

export const mediansInWords = (metric: Metric, medians: readonly SizeMedian[]): string =>
  medians.map((m) => `${m.image_mb} MB: ${told(metric, m.value)}`).join(', ');

export const MARKS = { reproduced: '✓', 'not reproduced': '✗', inconclusive: '?', 'not yet': '·' } as const;
