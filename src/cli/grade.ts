// SPDX-License-Identifier: GPL-2.0-only
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ExitCode, Fault } from '../fault.ts';
import { writeBundle } from '../grade/bundle.ts';
import { classroom } from '../grade/classroom.ts';
import { collectBundle, groundOf } from '../grade/evidence.ts';
import { feedback } from '../grade/feedback.ts';
import { type Grading, gradeSubmission } from '../grade/grade.ts';
import { gradescope } from '../grade/gradescope.ts';
import { type Intake, submissionOf, takeIn } from '../grade/intake.ts';
import type { SubmissionMark } from '../grade/mark.ts';
import { marksTable } from '../grade/marks-table.ts';
import { openGrading, plannedFor } from '../grade/open.ts';
import { prairielearn } from '../grade/prairielearn.ts';
import { regrade } from '../grade/regrade.ts';
import { saveJson } from '../run/json-file.ts';
import { runId } from '../run/run-id.ts';
import { sideBySide } from '../run/side-by-side.ts';
import { type Assignment, readAssignment } from '../spec/assignment.ts';
import { interruption } from './interruption.ts';
import { positiveInteger } from './number.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';

interface GradeOptions {
  assignment?: string;
  seed?: string;
  ownSeeds?: boolean;
  jobs?: number;
  out?: string;
  csv?: string;
  gradescope?: string;
  prairielearn?: string;
  classroom?: string;
  evidence?: boolean;
  rerun: boolean;
  json?: boolean;
}

export const grade = (program: Command) =>
  program
    .command('grade')
    .description('mark submissions of an assignment: each is built enclosed, and booted in labs of its own')
    .argument('<submission...>', 'folders, or archives that `miglab assignment pack` wrote')
    .option(
      '--assignment <NAME>',
      'the assignment, or the folder of one; else what the first submission says',
    )
    .option(
      '--seed <SECRET>',
      'from which the checks follow, or a file with it; chosen, and recorded, if not given',
    )
    .option('--own-seeds', 'other checks for each submission')
    .option('--jobs <N>', 'submissions at once; as many as there are processors', positiveInteger)
    .option('--out <DIR>', 'folder for marks, feedback and evidence; grades/ASSIGNMENT-TIME')
    .option('--csv <FILE>', 'a table of all marks')
    .option('--gradescope <DIR>', 'SUBMISSION/results.json for Gradescope')
    .option('--prairielearn <DIR>', 'SUBMISSION/results.json for PrairieLearn')
    .option('--classroom <DIR>', "SUBMISSION.json for GitHub Classroom's reporter")
    .option(
      '--evidence',
      'mark by the evidence in the archives, and boot one check of each again, chosen at random',
    )
    .option('--no-rerun', 'with --evidence: believe it; no machine is booted')
    .option('--json', 'print the marks as JSON')
    .addHelpText(
      'after',
      `
Example:
  miglab grade handed-in/* --assignment timestamps --seed secret.txt --csv marks.csv

Exit codes: 0 all were marked, 1 the evidence of one was refuted, 2 nothing could be marked.`,
    )
    .action(async (paths: string[], options: GradeOptions) => {
      process.exitCode = await carryOut(paths, options);
    });

async function carryOut(paths: readonly string[], options: GradeOptions): Promise<number> {
  const signal = interruption();
  const shown = progress(options.json);
  const intakes = distinct(await Promise.all(paths.map(takeIn)));
  const named = options.assignment ?? intakes.find((each) => each.assignment)?.assignment;
  if (!named)
    throw new Fault(
      ExitCode.usage,
      'no submission says which assignment it is for',
      'Name it: --assignment NAME',
    );
  const assignment = await readAssignment(named);
  const seed = await secretOf(options.seed);
  const out = options.out ?? join('grades', runId(assignment.name, new Date()));
  if (existsSync(join(out, 'marks.json')))
    throw new Fault(ExitCode.usage, `there are marks in ${out} already`, 'Name another folder: --out DIR');
  await mkdir(out, { recursive: true });
  const grading =
    options.evidence && !options.rerun ? undefined : await openGrading(assignment, shown.report, signal);
  const marks = new Map<string, SubmissionMark>();
  await sideBySide(intakes, jobsOf(options.jobs), signal, async (intake, { signal }) => {
    const own = grading && { ...grading, stand: { ...grading.stand, signal } };
    const mark = await markOne(intake, assignment, own, seed, join(out, intake.name), options);
    marks.set(intake.name, mark);
    shown.report({ stage: intake.name, detail: `${mark.points} of ${mark.max}` });
  });
  shown.end();
  const all = intakes.flatMap(({ name }) => marks.get(name) ?? []);
  const record = {
    version: 1,
    assignment: assignment.name,
    seed,
    own_seeds: options.ownSeeds === true,
    marks: all,
  };
  await saveJson(out, 'marks.json', record);
  await writeAll(all, options, out);
  if (options.json) printJson({ directory: out, ...record });
  else {
    for (const { submission, status, points, max, notes } of all)
      print(
        `${submission.padEnd(24)} ${String(points).padStart(5)} of ${max}  ${[status === 'graded' ? '' : status, ...notes].filter(Boolean).join('; ')}`,
      );
    print(`Marks, feedback, evidence, and the seed that gives the same again: ${out}`);
  }
  return codeOf(all);
}

/** Two folders of different people may have one name. */
const distinct = (intakes: readonly Intake[]): Intake[] =>
  intakes.map((each, index) => {
    const before = intakes.slice(0, index).filter(({ name }) => name === each.name).length;
    return before === 0 ? each : { ...each, name: `${each.name}-${before + 1}` };
  });

async function secretOf(given: string | undefined): Promise<string> {
  if (!given) return randomBytes(16).toString('hex');
  return existsSync(given) ? (await readFile(given, 'utf8')).trim() : given;
}

/** Of a lab with three machines, with what the host needs beside them. */
const labBytes = 3 * 2 ** 30;
const jobsOf = (asked: number | undefined) =>
  Math.max(1, Math.min(asked ?? availableParallelism(), Math.floor(freemem() / labBytes)));

async function markOne(
  intake: Intake,
  assignment: Assignment,
  grading: Grading | undefined,
  seed: string,
  folder: string,
  { evidence, ownSeeds }: GradeOptions,
): Promise<SubmissionMark> {
  const submission = await submissionOf(intake, assignment);
  await mkdir(folder, { recursive: true });
  const mark = evidence
    ? await regrade(assignment, submission, intake.bundle ?? new Map(), grading)
    : await markAnew(grading as Grading, submission, ownSeeds ? `${seed} ${intake.name}` : seed, folder);
  await writeFile(join(folder, 'feedback.md'), feedback(mark));
  return mark;
}

/** Boots every check, and packs the evidence as it can be marked again. */
async function markAnew(
  grading: Grading,
  submission: Awaited<ReturnType<typeof submissionOf>>,
  seed: string,
  folder: string,
): Promise<SubmissionMark> {
  const { assignment, stand } = grading;
  const mark = await gradeSubmission(grading, submission, await plannedFor(assignment, seed), folder);
  if (existsSync(join(folder, 'evidence'))) {
    const plan = {
      assignment: assignment.name,
      seed,
      checks: mark.checks.map(({ id }) => id),
      ground: groundOf(stand.ground),
    };
    await writeBundle(join(folder, 'evidence.tar.gz'), await collectBundle(submission, plan, folder));
  }
  return mark;
}

async function writeAll(marks: readonly SubmissionMark[], options: GradeOptions, out: string): Promise<void> {
  const table = marksTable(marks);
  await writeFile(join(out, 'marks.csv'), table);
  if (options.csv) await writeFile(options.csv, table);
  for (const mark of marks) {
    const { submission } = mark;
    if (options.gradescope)
      await saveIn(join(options.gradescope, submission), 'results.json', gradescope(mark));
    if (options.prairielearn)
      await saveIn(join(options.prairielearn, submission), 'results.json', prairielearn(mark));
    if (options.classroom) await saveIn(options.classroom, `${submission}.json`, classroom(mark));
  }
}

async function saveIn(folder: string, name: string, value: unknown): Promise<void> {
  await mkdir(folder, { recursive: true });
  await saveJson(folder, name, value);
}

function codeOf(marks: readonly SubmissionMark[]): number {
  if (marks.some(({ status }) => status === 'refuted')) return ExitCode.checkFailed;
  return marks.some(({ status }) => status === 'graded') ? ExitCode.good : ExitCode.nothingMeasured;
}
