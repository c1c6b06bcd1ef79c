// SPDX-License-Identifier: GPL-2.0-only
import type { Measurement } from '../analysis/measurement.ts';
import type { CheckedClaim, Claim, Claims } from './claims.ts';
import { METRICS, type Metric } from './metrics.ts';
import { bootstrap, bySize, changeOverSizes, type Estimate, medianOf, type Point } from './statistics.ts';

export type Verdict = 'reproduced' | 'not reproduced' | 'inconclusive' | 'not yet';
export interface SizeMedian {
  readonly image_mb: number;
  readonly rows: number;
  readonly value: number;
}
/** Medians by size of a metric that shows where the number comes from. */
interface Explanation {
  readonly metric: Metric;
  readonly medians: readonly SizeMedian[];
}
export interface ClaimResult {
  readonly claim: Claim;
  readonly verdict: Verdict;
  readonly rows: number;
  /** Null where nothing was measured. */
  readonly measured: Estimate | null;
  readonly medians: readonly SizeMedian[];
  /** Why the verdict is what it is, in one sentence with numbers. */
  readonly because: string;
  readonly explanation: readonly Explanation[];
}

/** Each claim against the rows of one run. Rows with any status may be given; each claim takes those it is about. */
export function judge(claims: Claims, rows: readonly Measurement[]): ClaimResult[] {
  return claims.claims.map((claim) => (claim.status === 'checked' ? check(claim, rows) : notHere(claim)));
}

function check(claim: CheckedClaim, rows: readonly Measurement[]): ClaimResult {
  const chosen = rows.filter((row) => isAbout(claim, row));
  const points = pointsOf(claim.metric, chosen);
  const medians = mediansBySize(points);
  const missing = whatIsMissing(claim, points);
  if (missing) return { ...empty(claim, missing), rows: points.length, medians };
  const measured = estimate(claim, points);
  const verdict = decide(claim, measured);
  const explanation = claim.explain.map((metric) => ({
    metric,
    medians: mediansBySize(pointsOf(metric, chosen)),
  }));
  return {
    claim,
    verdict,
    rows: points.length,
    measured,
    medians,
    because: reason(claim, verdict, measured, points),
    explanation,
  };
}

const isAbout = (claim: CheckedClaim, row: Measurement): boolean =>
  claim.where.statuses.includes(row.status) && concerns(claim, row);

/** What is asked of a migration, before there is one. */
export type Asked = Pick<Measurement, 'role' | 'engine' | 'rate_mb_s' | 'peer_rate_mb_s' | 'image_mb'>;

/** Whether a migration under these conditions says anything about the claim. */
export function concerns({ where }: CheckedClaim, asked: Asked): boolean {
  return (
    (where.role === undefined || asked.role === where.role) &&
    (where.engine === undefined || asked.engine === where.engine) &&
    (where.rate_mb_s === undefined || asked.rate_mb_s === where.rate_mb_s) &&
    (where.peer_rate_mb_s === undefined || asked.peer_rate_mb_s === where.peer_rate_mb_s) &&
    asked.image_mb > (where.image_mb?.above ?? -Infinity) &&
    asked.image_mb < (where.image_mb?.below ?? Infinity)
  );
}

interface MeasuredPoint extends Point {
  readonly cell: string;
  readonly rep: number;
}

function pointsOf(metric: Metric, rows: readonly Measurement[]): MeasuredPoint[] {
  return rows.flatMap((row) => {
    const value = METRICS[metric].value(row);
    return value === null ? [] : [{ size: row.image_mb, value, cell: row.cell, rep: row.rep }];
  });
}

function mediansBySize(points: readonly Point[]): SizeMedian[] {
  return [...bySize(points)].map(([image_mb, group]) => ({
    image_mb,
    rows: group.length,
    value: medianOf(group),
  }));
}

function whatIsMissing(claim: CheckedClaim, points: readonly Point[]): string | undefined {
  const rows = points.length;
  const kind = claim.where.statuses.join(' or ');
  if (rows < claim.minimum_rows)
    return `${rows} ${kind} ${plural(rows, 'row')} with this number; ${claim.minimum_rows} needed`;
  const needed = sizesNeeded(claim);
  const sizes = bySize(points).size;
  return sizes < needed ? `${sizes} image ${plural(sizes, 'size')}; ${needed} needed` : undefined;
}

/** A change needs two sizes, whatever the file says. */
export const sizesNeeded = ({ statistic, minimum_sizes }: CheckedClaim): number =>
  statistic === 'change-over-sizes' ? Math.max(2, minimum_sizes) : minimum_sizes;

function estimate(claim: CheckedClaim, points: readonly Point[]): Estimate {
  switch (claim.statistic) {
    case 'median':
      return bootstrap(points, medianOf);
    case 'change-over-sizes':
      return bootstrap(points, changeOverSizes);
    case 'maximum': {
      const value = Math.max(...points.map((p) => p.value));
      return { value, low: value, high: value };
    }
    case 'median-per-size': {
      const medians = mediansBySize(points).map((m) => m.value);
      return { value: medianOf(points), low: Math.min(...medians), high: Math.max(...medians) };
    }
  }
}

/**
 * The whole interval within the bounds: reproduced. None of it: not reproduced. Between the two the rows do not decide,
 * but for medians of each size, which must all lie within.
 */
function decide(claim: CheckedClaim, { low, high }: Estimate): Verdict {
  const { least, most } = limits(claim);
  if (low >= least && high <= most) return 'reproduced';
  if (claim.statistic === 'median-per-size' || high < least || low > most) return 'not reproduced';
  return 'inconclusive';
}

/** The bounds, widened by the tolerance. */
export function limits({ expected, tolerance }: CheckedClaim): { least: number; most: number } {
  return {
    least: (expected.at_least ?? -Infinity) - tolerance,
    most: (expected.at_most ?? Infinity) + tolerance,
  };
}

function reason(
  claim: CheckedClaim,
  verdict: Verdict,
  { low }: Estimate,
  points: readonly MeasuredPoint[],
): string {
  if (verdict === 'reproduced') return 'within what was expected';
  if (verdict === 'inconclusive') return 'the 95% interval crosses a bound: more repetitions would decide';
  const { least, most } = limits(claim);
  const outside = (value: number) => value < least || value > most;
  if (claim.statistic === 'median-per-size') {
    const medians = mediansBySize(points);
    const sizes = medians.filter((m) => outside(m.value)).map((m) => `${m.image_mb} MB`);
    return `outside at ${sizes.length} of ${medians.length} sizes: ${sizes.join(', ')}`;
  }
  if (claim.statistic === 'maximum') {
    const rows = points.filter((p) => outside(p.value)).map((p) => `${p.cell} rep ${p.rep}`);
    return `outside in ${rows.length} of ${points.length} rows: ${rows.slice(0, 5).join(', ')}${rows.length > 5 ? ', …' : ''}`;
  }
  return low > most ? 'above what was expected' : 'below what was expected';
}

const plural = (count: number, noun: string) => (count === 1 ? noun : `${noun}s`);
const notHere = (claim: Claim): ClaimResult => ({
  ...empty(
    claim,
    claim.status === 'elsewhere'
      ? `miglab run ${claim.experiment} says what it finds`
      : 'no experiment measures this yet',
  ),
  verdict: 'not yet',
});
const empty = (claim: Claim, because: string): ClaimResult => ({
  claim,
  verdict: 'inconclusive',
  rows: 0,
  measured: null,
  medians: [],
  because,
  explanation: [],
});
