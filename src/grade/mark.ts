// SPDX-License-Identifier: GPL-2.0-only
import type { Assertion, Check } from '../spec/assignment.ts';

/** What one run gave, a row for each migration; null where it could not be measured. */
export type Measures = Record<string, number | string | null>;

/** What a check found; `problem` is why the machines did not carry it out, or empty. */
export interface Finding {
  rows: Measures[];
  problem: string;
}

interface AssertionMark {
  what: string;
  points: number;
  max: number;
  /** What was measured, and what was expected. */
  found: string;
  /** Of one that does not hold. */
  hint?: string;
}

export interface CheckMark {
  id: string;
  title: string;
  public: boolean;
  points: number;
  max: number;
  problem: string;
  assertions: AssertionMark[];
}

/**
 * The points of a check: each assertion gives its own, so that what works counts when something else does not, unless one
 * that is required does not hold. Pure.
 */
export function markCheck({ id, title, public: isPublic, assertions }: Check, finding: Finding): CheckMark {
  const lacking = assertions.find((each) => each.required && !holds(each, finding.rows));
  const marks = assertions.map((each) => markAssertion(each, finding.rows, lacking));
  return {
    ...{ id, title, public: isPublic, problem: finding.problem, assertions: marks },
    points: sum(marks.map(({ points }) => points)),
    max: sum(marks.map(({ max }) => max)),
  };
}

/** `lacking`: an assertion that is required and does not hold, this one or another. */
function markAssertion(
  assertion: Assertion,
  rows: readonly Measures[],
  lacking: Assertion | undefined,
): AssertionMark {
  const { what, points, measure, hint } = assertion;
  const values = valuesOf(assertion, rows);
  const held = holds(assertion, rows);
  const shown = values.length > 0 ? values.map(readable).join(', ') : 'not measured';
  const reason = held && lacking ? `, but it counts only where this holds: ${lacking.what}` : '';
  return {
    ...{ what, points: held && !lacking ? points : 0, max: points },
    found: `${measure}: ${shown}; expected ${expectation(assertion)}${reason}`,
    ...(hint && !held ? { hint } : {}),
  };
}

const valuesOf = ({ measure }: Assertion, rows: readonly Measures[]) =>
  rows.map((row) => row[measure] ?? null);

const holds = (assertion: Assertion, rows: readonly Measures[]): boolean =>
  rows.length > 0 && valuesOf(assertion, rows).every((value) => isWithin(assertion, value));

const readable = (value: number | string | null): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(6))) : (value ?? 'not measured');

function isWithin({ equals, at_least, at_most }: Assertion, value: number | string | null): boolean {
  if (value === null) return false;
  if (equals !== undefined && value !== equals) return false;
  if (at_least !== undefined && !(Number(value) >= at_least)) return false;
  return at_most === undefined || Number(value) <= at_most;
}

const expectation = ({ equals, at_least, at_most }: Assertion): string =>
  [
    ...(equals === undefined ? [] : [String(equals)]),
    ...(at_least === undefined ? [] : [`at least ${at_least}`]),
    ...(at_most === undefined ? [] : [`at most ${at_most}`]),
  ].join(', ');

/** Points come in halves and thirds; what they add up to should not show how a computer counts. */
const sum = (numbers: readonly number[]): number =>
  Math.round(numbers.reduce((total, each) => total + each, 0) * 1e6) / 1e6;

/** One submission's mark. */
export interface SubmissionMark {
  submission: string;
  assignment: string;
  /** `graded`, `refused` (nothing could be taken of it), or `refuted` (its evidence is not what its program does). */
  status: 'graded' | 'refused' | 'refuted';
  points: number;
  max: number;
  /** What the compiler said, when there is nothing to run. */
  build: string;
  checks: CheckMark[];
  /** For those who mark: files that were not taken, for instance. */
  notes: string[];
}

/** The whole mark, of its checks. Pure. */
export const totalOf = (checks: readonly CheckMark[]): { points: number; max: number } => ({
  points: sum(checks.map(({ points }) => points)),
  max: sum(checks.map(({ max }) => max)),
});
