// SPDX-License-Identifier: GPL-2.0-only
import { median } from 'simple-statistics';
import type { Measurement, Role } from '../analysis/measurement.ts';
import type { RunRecord } from '../analysis/run-record.ts';
import type { Claim, Claims } from './claims.ts';
import { METRICS } from './metrics.ts';
import type { Run } from './results.ts';
import { type ClaimResult, judge, type Verdict } from './verdict.ts';

interface Counts {
  readonly rows: number;
  readonly valid: number;
  readonly invalid: number;
  readonly inconclusive: number;
  /** Rows of a second or third attempt at an inconclusive cell. */
  readonly repeated: number;
}

/** Rows that differ in image size and repetition only: one panel of a figure. */
export interface Condition {
  readonly engine: string;
  readonly role: Role;
  readonly rate_mb_s: number;
  readonly peer_rate_mb_s: number;
}

export interface Carried {
  readonly condition: Condition;
  readonly rows: number;
  /** Medians over valid rows, in the interval before the move; null where there is none. */
  readonly tx_before_mb_s: number | null;
  readonly peer_tx_before_mb_s: number | null;
}

/** What `miglab report --json` prints. */
export interface Summary {
  readonly version: 1;
  readonly run: Pick<
    RunRecord,
    'id' | 'state' | 'started' | 'duration_s' | 'seed' | 'clock' | 'accelerator'
  > & {
    readonly experiment: string;
  };
  readonly counts: Counts;
  /** Of claims that are not informational. */
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly informational: number;
  readonly paper: { readonly title: string; readonly year: number | null } | null;
  readonly claims: readonly ClaimResult[];
  readonly carried: readonly Carried[];
}

export function summarise({ record, rows }: Run, claims: Claims | null): Summary {
  const { id, state, started, duration_s, seed, clock, accelerator, experiment } = record;
  const results = claims ? judge(claims, rows) : [];
  const verdicts = { reproduced: 0, 'not reproduced': 0, inconclusive: 0, 'not yet': 0 };
  for (const { claim, verdict } of results) if (!isInformational(claim)) verdicts[verdict] += 1;
  return {
    version: 1,
    run: { id, experiment: experiment.title, state, started, duration_s, seed, clock, accelerator },
    counts: countRows(rows),
    verdicts,
    informational: results.filter(({ claim }) => isInformational(claim)).length,
    paper: claims ? { title: claims.paper.title, year: claims.paper.year ?? null } : null,
    claims: results,
    carried: carriedRates(rows),
  };
}

const isInformational = (claim: Claim) => claim.status === 'checked' && claim.informational;

function countRows(rows: readonly Measurement[]): Counts {
  const having = (status: Measurement['status']) => rows.filter((row) => row.status === status).length;
  return {
    rows: rows.length,
    valid: having('valid'),
    invalid: having('invalid'),
    inconclusive: having('inconclusive'),
    repeated: rows.filter((row) => row.attempt > 1).length,
  };
}

const ROLE_ORDER: readonly Role[] = ['duplex', 'source', 'sink'];
const keyOf = ({ engine, role, rate_mb_s, peer_rate_mb_s }: Condition) =>
  [engine, role, rate_mb_s, peer_rate_mb_s].join();

/** Conditions that the rows hold: duplex, the paper's, first; then by rate. */
export function conditionsOf(rows: readonly Measurement[]): Condition[] {
  const found = new Map<string, Condition>();
  for (const { engine, role, rate_mb_s, peer_rate_mb_s } of rows) {
    const condition = { engine, role, rate_mb_s, peer_rate_mb_s };
    found.set(keyOf(condition), condition);
  }
  return [...found.values()].sort(
    (a, b) =>
      a.engine.localeCompare(b.engine) ||
      ROLE_ORDER.indexOf(a.role) - ROLE_ORDER.indexOf(b.role) ||
      a.rate_mb_s - b.rate_mb_s ||
      a.peer_rate_mb_s - b.peer_rate_mb_s,
  );
}

export const rowsOf = (condition: Condition, rows: readonly Measurement[]): Measurement[] =>
  rows.filter((row) => keyOf(row) === keyOf(condition));

function carriedRates(rows: readonly Measurement[]): Carried[] {
  return conditionsOf(rows).map((condition) => {
    const valid = rowsOf(condition, rows).filter((row) => row.status === 'valid');
    return {
      condition,
      rows: valid.length,
      tx_before_mb_s: medianOrNull(valid.map(METRICS.tx_before_mb_s.value)),
      peer_tx_before_mb_s: medianOrNull(valid.map((row) => row.peer_tx_before_mb_s)),
    };
  });
}

function medianOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
}
