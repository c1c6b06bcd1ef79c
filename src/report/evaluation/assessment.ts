// SPDX-License-Identifier: GPL-2.0-only
import { ExitCode } from '../../fault.ts';
import type { CheckedClaim, Claim, Claims } from '../claims.ts';
import { type ClaimResult, judge, type Verdict } from '../verdict.ts';
import { amount, expectation, measurement } from '../wording.ts';
import type { Evidence } from './evidence.ts';

/** A claims.yml, by the folder below experiments/ in which it lies. */
export interface System {
  readonly name: string;
  readonly file: string;
  readonly claims: Claims;
}

/** How much was asked to be measured: the least cells that support each claim, or every cell with every seed. */
export type Extent = 'quick' | 'full';

/** Whether what was found is what claims.yml says of this artifact. */
export type Agreement = 'as stated' | 'differs' | 'not stated' | 'not measured';

export interface Assessment {
  readonly system: string;
  readonly claim: Claim;
  /** Name of the experiment that measures it; null where there is none yet. */
  readonly experiment: string | null;
  readonly expected: string;
  /** Where what is expected comes from: the paper's number, or a reading of its words. */
  readonly bounds: string;
  readonly tolerance: number | null;
  /** The value with its interval, or what was found; null where nothing was. */
  readonly measured: string | null;
  readonly verdict: Exclude<Verdict, 'not yet'> | 'not measured';
  readonly because: string;
  /** What claims.yml says of this artifact, in words; null where it says nothing. */
  readonly stated: string | null;
  readonly agreement: Agreement;
  /** Of a claim that rows decide. */
  readonly result: ClaimResult | null;
}

/** Experiments that measure claims of these systems, each once, in the files' order. Pure. */
export function experimentsOf(systems: readonly System[]): string[] {
  const named = systems.flatMap(({ claims }) => claims.claims.map((claim) => measures(claim, claims)));
  return [...new Set(named.filter((name) => name !== null))];
}

/** Each claim of each system against the runs that measured it: at most one run of an experiment. Pure. */
export const assess = (
  systems: readonly System[],
  evidence: readonly Evidence[],
  extent: Extent,
): Assessment[] =>
  systems.flatMap((system) =>
    system.claims.claims.map((claim) => assessOne(system, claim, evidence, extent)),
  );

function assessOne(
  { name, claims }: System,
  claim: Claim,
  evidence: readonly Evidence[],
  extent: Extent,
): Assessment {
  const experiment = measures(claim, claims);
  const run = evidence.find((each) => each.experiment === experiment);
  const about = { system: name, claim, experiment, ...expectations(claim) };
  const found = run ? findIn(run, claims, claim, extent) : absent(claim, experiment);
  return { ...about, ...found, agreement: agreementOf(claim, found, run) };
}

type Found = Pick<Assessment, 'measured' | 'verdict' | 'because' | 'result'>;

/** Name of the experiment that measures a claim; null where there is none yet. Pure. */
export function measures(claim: Claim, claims: Claims): string | null {
  if (claim.status === 'elsewhere') return claim.experiment;
  return claim.status === 'checked' ? (claims.experiment ?? null) : null;
}

function expectations(claim: Claim): Pick<Assessment, 'expected' | 'bounds' | 'tolerance' | 'stated'> {
  if (claim.status !== 'checked') {
    const stated = claim.status === 'elsewhere' ? (claim.here?.verdict ?? null) : null;
    return { expected: 'it holds', bounds: 'the paper’s words', tolerance: null, stated };
  }
  const from = claim.bounds_from === 'paper' ? 'the paper’s' : 'our reading';
  return {
    expected: expectation(claim),
    bounds: claim.bounds_reason ? `${from}: ${claim.bounds_reason}` : from,
    tolerance: claim.tolerance,
    stated: stated(claim),
  };
}

function stated(claim: CheckedClaim): string | null {
  const { here } = claim;
  if (!here) return null;
  const where = here.clocks.length === 1 ? ` on the ${here.clocks[0]} clock` : '';
  if (here.value === undefined) return `${here.verdict}${where}`;
  const slack = here.tolerance ? ` ± ${amount(claim, here.tolerance).replace(/^\+/, '')}` : '';
  return `${here.verdict}, ${amount(claim, here.value)}${slack}${where}`;
}

function absent(claim: Claim, experiment: string | null): Found {
  const needs = claim.status === 'not yet' && claim.needs ? `; needs ${claim.needs}` : '';
  const because = experiment ? `no run of ${experiment}` : `no experiment of this system yet${needs}`;
  return { measured: null, verdict: 'not measured', because, result: null };
}

function findIn(run: Evidence, claims: Claims, claim: Claim, extent: Extent): Found {
  if (run.kind === 'findings') return findHeld(run, claim);
  if (claim.status !== 'checked')
    return { measured: null, verdict: 'not measured', because: `${run.id} has rows alone`, result: null };
  const [result] = judge({ ...claims, claims: [claim] }, run.rows) as [ClaimResult];
  const { verdict, because } = result;
  if (!result.measured || verdict === 'not yet')
    return {
      ...{ measured: null, verdict: 'not measured', result },
      because: whyMissing(because, run.unfinished, extent),
    };
  return { measured: measurement(result), verdict, because, result };
}

function whyMissing(because: string, unfinished: boolean, extent: Extent): string {
  if (unfinished) return `${because}; the run is not finished`;
  return extent === 'quick' ? `needs --full: ${because}` : because;
}

/** All cells must be whole, and the claim hold in each; what does not hold in a whole cell weighs more. */
function findHeld({ cells }: Extract<Evidence, { kind: 'findings' }>, claim: Claim): Found {
  const whole = cells.filter(({ problem, passes }) => !problem && passes.length > 0);
  const findings = whole.flatMap((cell) => cell.findings.filter((each) => each.claim === claim.id));
  const broken = findings.find(({ holds }) => !holds);
  const [problem] = cells.flatMap((cell) => (cell.problem ? [cell.problem.split('\n')[0]] : []));
  if (findings.length === 0 || (!broken && whole.length < cells.length))
    return {
      ...{ measured: null, verdict: 'not measured', result: null },
      because: problem ?? 'no connection was passed',
    };
  const { holds, evidence } = broken ?? (findings[0] as (typeof findings)[number]);
  return {
    ...{ measured: evidence, verdict: holds ? 'reproduced' : 'not reproduced', result: null },
    because: holds ? 'it holds' : 'it does not hold',
  };
}

function agreementOf(claim: Claim, { verdict, result }: Found, run: Evidence | undefined): Agreement {
  if (verdict === 'not measured') return 'not measured';
  if (claim.status === 'not yet' || !claim.here) return 'not stated';
  if (claim.status === 'elsewhere') return verdict === claim.here.verdict ? 'as stated' : 'differs';
  const { value, tolerance = 0, clocks } = claim.here;
  if (run && !clocks.includes(run.clock)) return 'not stated';
  const apart = value === undefined ? 0 : Math.abs((result?.measured?.value ?? Number.NaN) - value);
  // With few rows an interval may cross a bound; then the value alone can contradict.
  const isOpen = verdict === 'inconclusive' && value !== undefined;
  // Decimal fractions: 0.9 - 0.65 is a little more than 0.25.
  return (verdict === claim.here.verdict || isOpen) && apart <= tolerance + 1e-9 ? 'as stated' : 'differs';
}

/**
 * The exit code: 0 when every claim that was to be measured, and of which claims.yml says what is found here, was found
 * so; 1 when one differs; 2 when nothing was measured, or not all of these.
 */
export function codeOf(assessments: readonly Assessment[], evidence: readonly Evidence[]): ExitCode {
  if (assessments.some(({ agreement }) => agreement === 'differs')) return ExitCode.checkFailed;
  const asked = assessments.filter(({ experiment }) => evidence.some((run) => run.experiment === experiment));
  const isLacking = asked.some(({ verdict, stated }) => verdict === 'not measured' && stated !== null);
  const isEmpty = asked.every(({ verdict }) => verdict === 'not measured');
  return isLacking || isEmpty ? ExitCode.nothingMeasured : ExitCode.good;
}
