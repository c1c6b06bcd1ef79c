// SPDX-License-Identifier: GPL-2.0-only
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileHash } from '../image/digest.ts';
import { withScratch } from '../image/scratch.ts';
import { cellRecord } from '../run/cell-record.ts';
import { saveJson } from '../run/json-file.ts';
import type { Assignment } from '../spec/assignment.ts';
import { stateFolder } from '../vm/folders.ts';
import { buildSubmission } from './build.ts';
import { type Bundle, isWhole } from './bundle.ts';
import { groundOf, isEvidence, layOut, planIn } from './evidence.ts';
import { type Grading, nextLab } from './grade.ts';
import { type CheckMark, markCheck, type SubmissionMark, totalOf } from './mark.ts';
import { plannedFor } from './open.ts';
import type { PlannedCheck } from './plan.ts';
import { outcomeFile, readFinding, runCheck } from './run-check.ts';
import type { Submission } from './submission.ts';

/**
 * Marks a submission by the evidence that was packed with it, without a machine. What the checks are follows from the seed
 * that the bundle names, and from nothing else in it; a check without evidence gives nothing.
 *
 * @param grading lets one check, chosen at random, be booted again, and its files compared; without it they are believed
 */
export async function regrade(
  assignment: Assignment,
  submission: Submission,
  bundle: Bundle,
  grading: Grading | undefined,
): Promise<SubmissionMark> {
  const plan = planIn(bundle);
  const planned = plan ? await plannedFor(assignment, plan.seed) : [];
  const checks = planned.filter(({ check }) => plan?.checks.includes(check.id));
  const refusal = submission.refusal || whyUnfit(bundle, checks, assignment, plan?.assignment);
  const mark: SubmissionMark = {
    ...{ submission: submission.name, assignment: assignment.name, status: 'graded', build: '' },
    ...{ points: 0, max: 0, checks: [], notes: [] },
  };
  if (refusal || !plan) return { ...mark, status: 'refused', notes: [refusal] };
  return withScratch(async (scratch) => {
    const marks = await marksOf(checks, bundle, scratch);
    const all: SubmissionMark = { ...mark, checks: marks, ...totalOf(marks) };
    if (!grading) return { ...all, notes: ['its evidence is believed: no check was booted again'] };
    const found = await rerunOne(grading, submission, checks, plan.ground, scratch);
    return 'refuted' in found
      ? { ...all, status: 'refuted', points: 0, notes: [found.refuted] }
      : {
          ...all,
          ...('unfit' in found
            ? { status: 'refused', points: 0, notes: [found.unfit] }
            : { notes: [found.same] }),
        };
  }, stateFolder('scratch'));
}

function whyUnfit(
  bundle: Bundle,
  checks: readonly PlannedCheck[],
  { name }: Assignment,
  named?: string,
): string {
  if (named === undefined) return 'it has no plan.json of `miglab assignment pack`';
  if (named !== name) return `its evidence is for the assignment ${named}`;
  if (!isWhole(bundle)) return 'its files are not those that its SHA256SUMS lists';
  return checks.length > 0 ? '' : 'it has evidence of no check that there is';
}

async function marksOf(
  checks: readonly PlannedCheck[],
  bundle: Bundle,
  scratch: string,
): Promise<CheckMark[]> {
  const marks: CheckMark[] = [];
  for (const planned of checks) {
    const folder = join(scratch, 'given', planned.check.id);
    await layOut(bundle, planned.check.id, folder);
    // Who is who in the capture follows from the seed, too.
    if (planned.kind === 'migration')
      await saveJson(folder, 'cell.json', cellRecord(planned.lab, planned.cell, 1));
    const finding = existsSync(join(folder, outcomeFile))
      ? await readFinding(planned, folder).catch((error: Error) => ({
          rows: [],
          problem: `its evidence cannot be read: ${error.message}`,
        }))
      : { rows: [], problem: 'there is no evidence of it' };
    marks.push(markCheck(planned.check, finding));
  }
  return marks;
}

type Rerun = { same: string } | { refuted: string } | { unfit: string };

/** Boots one check again, which nobody can know beforehand, and compares what it leaves with what is claimed. */
async function rerunOne(
  { assignment, stand, report }: Grading,
  submission: Submission,
  checks: readonly PlannedCheck[],
  ground: Record<string, string>,
  scratch: string,
): Promise<Rerun> {
  const here = groundOf(stand.ground);
  const other = Object.keys(here).filter((key) => here[key] !== ground[key]);
  if (other.length > 0)
    return {
      unfit: `its evidence was made with another ${other.join(', ')} than is here; grade its files, without --evidence`,
    };
  const planned = checks[randomInt(checks.length)] as PlannedCheck;
  const { id } = planned.check;
  report({ stage: submission.name, detail: `${id}, again` });
  const product = await buildSubmission(assignment, submission, stand.ground.guest, report);
  if (typeof product === 'string') return { refuted: `its files cannot be built: ${product.slice(0, 500)}` };
  const again = join(scratch, 'again', id);
  await runCheck(planned, product, nextLab(), again, stand);
  const different = await firstDifference(join(scratch, 'given', id), again);
  return different
    ? {
        refuted: `the evidence is not what this submission does: ${id}, booted again, leaves another ${different}`,
      }
    : { same: `${id} was booted again, and left the same files` };
}

async function firstDifference(given: string, again: string): Promise<string | undefined> {
  const names = [...new Set([...(await readdir(given)), ...(await readdir(again))].filter(isEvidence))];
  const hash = (folder: string, name: string) => fileHash(join(folder, name)).catch(() => 'missing');
  for (const name of names.sort())
    if (name !== 'cell.json' && (await hash(given, name)) !== (await hash(again, name))) return name;
  return undefined;
}
