// SPDX-License-Identifier: GPL-2.0-only
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../image/report.ts';
import type { Assignment } from '../spec/assignment.ts';
import { pointsOf } from '../spec/assignment.ts';
import type { Stand } from './boot.ts';
import { buildSubmission } from './build.ts';
import { evidenceFolder } from './evidence.ts';
import { likeTheLab } from './likeness.ts';
import { type CheckMark, markCheck, type SubmissionMark, totalOf } from './mark.ts';
import type { PlannedCheck } from './plan.ts';
import { readFinding, runCheck } from './run-check.ts';
import type { Submission } from './submission.ts';

/** Of which assignment, and on what. */
export interface Grading {
  assignment: Assignment;
  stand: Stand;
  report: Report;
}

let labs = 0;
/** Names of labs are unique on a host. */
export const nextLab = () => `grade-${process.pid}.${++labs}`;

/**
 * Builds a submission, boots each check with it, and marks what that gave. What one check costs, a hang or a panic, is
 * that check's alone. Evidence is left in `folder`/evidence.
 */
export async function gradeSubmission(
  { assignment, stand, report }: Grading,
  submission: Submission,
  checks: readonly PlannedCheck[],
  folder: string,
): Promise<SubmissionMark> {
  const { name, refusal, ignored } = submission;
  const same = await likeTheLab(assignment, submission);
  const notes = [
    ...(ignored.length > 0 ? [`not looked at: ${ignored.join(', ')}`] : []),
    ...same.map((file) => `${file} is the lab's own, but for white space and comments`),
  ];
  if (refusal) return nothing(assignment, checks, name, 'refused', '', [refusal, ...notes]);
  report({ stage: name, detail: 'build' });
  const product = await buildSubmission(assignment, submission, stand.ground.guest, report);
  if (typeof product === 'string')
    return nothing(assignment, checks, name, 'graded', product || 'it could not be built', notes);
  const marks: CheckMark[] = [];
  await mkdir(join(folder, 'evidence'), { recursive: true });
  for (const planned of checks) {
    report({ stage: name, detail: planned.check.id });
    const evidence = evidenceFolder(folder, planned.check.id);
    await runCheck(planned, product, nextLab(), evidence, stand);
    marks.push(markCheck(planned.check, await readFinding(planned, evidence)));
  }
  return {
    ...{ submission: name, assignment: assignment.name, status: 'graded', build: '', checks: marks, notes },
    ...totalOf(marks),
  };
}

/** The mark of a submission with which nothing could be booted. */
function nothing(
  assignment: Assignment,
  checks: readonly PlannedCheck[],
  submission: string,
  status: SubmissionMark['status'],
  build: string,
  notes: string[],
): SubmissionMark {
  const problem = build ? 'it was not built' : 'it was not taken';
  return {
    ...{ submission, assignment: assignment.name, status, build, notes, points: 0 },
    max: pointsOf(checks.map(({ check }) => check)),
    checks: checks.map(({ check }) => markCheck(check, { rows: [], problem })),
  };
}
