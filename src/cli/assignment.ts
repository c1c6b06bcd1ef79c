// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { ExitCode, Fault } from '../fault.ts';
import { writeBundle } from '../grade/bundle.ts';
import { publicSeed } from '../grade/draw.ts';
import { collectBundle, groundOf } from '../grade/evidence.ts';
import { told } from '../grade/feedback.ts';
import { gradeSubmission } from '../grade/grade.ts';
import { submissionOf, takeIn } from '../grade/intake.ts';
import type { SubmissionMark } from '../grade/mark.ts';
import { openGrading, plannedFor } from '../grade/open.ts';
import { marker, type Submission } from '../grade/submission.ts';
import { withScratch } from '../image/scratch.ts';
import { type Assignment, assignmentNames, pointsOf, readAssignment } from '../spec/assignment.ts';
import { stateFolder } from '../vm/folders.ts';
import { interruption } from './interruption.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';

export function assignment(program: Command): void {
  const verb = program
    .command('assignment')
    .description('course assignments: begin one, check it, pack it for handing in');
  verb
    .command('list')
    .description('the assignments that there are')
    .option('--json', 'print them as JSON')
    .addHelpText('after', '\nExample:\n  miglab assignment list\n')
    .action(list);
  verb
    .command('start')
    .description("write an assignment's handout and skeleton into a folder")
    .argument('<assignment>', `${assignmentNames().join(', ')}; or the folder of a course's own`)
    .argument('[dir]', 'a folder that is not there yet; named after the assignment')
    .addHelpText('after', '\nExample:\n  miglab assignment start timestamps\n')
    .action(start);
  verb
    .command('check')
    .description('build what is in the folder, and run the checks that are public')
    .argument('[dir]', "folder of the student's work", '.')
    .option('--assignment <NAME>', 'of what assignment it is, or the folder of one; else what `start` noted')
    .option('--keep <DIR>', 'keep captures, consoles and events of the checks there')
    .option('--json', 'print the marks as JSON')
    .addHelpText('after', '\nExample:\n  miglab assignment check timestamps\n')
    .action(check);
  verb
    .command('pack')
    .description('check, and write what is to be handed in, with the evidence, into NAME.tar.gz')
    .argument('[dir]', "folder of the student's work", '.')
    .option('--assignment <NAME>', 'of what assignment it is, or the folder of one; else what `start` noted')
    .option('-o, --output <FILE>', 'another file')
    .option('--json', 'print the marks as JSON')
    .addHelpText('after', '\nExample:\n  miglab assignment pack timestamps\n')
    .action(pack);
}

async function list({ json }: { json?: boolean }): Promise<void> {
  const all = await Promise.all(assignmentNames().map(readAssignment));
  const facts = all.map(({ name, title, kind, files, checks }) => ({
    ...{ name, title, kind, files: files.map((each) => each.name), points: pointsOf(checks) },
    public_points: pointsOf(checks.filter((each) => each.public)),
  }));
  if (json) return printJson(facts);
  for (const { name, title, files, points } of facts)
    print(`${name.padEnd(14)} ${files.join(', ').padEnd(18)} ${String(points).padStart(3)} points  ${title}`);
}

async function start(nameOrFolder: string, into: string | undefined): Promise<void> {
  const { name, folder, files, title } = await readAssignment(nameOrFolder);
  const target = into ?? name;
  if (existsSync(target))
    throw new Fault(ExitCode.usage, `there is a ${target} already`, 'Name another folder.');
  await mkdir(target, { recursive: true });
  await cp(join(folder, 'handout.md'), join(target, 'handout.md'));
  await cp(join(folder, 'skeleton'), target, { recursive: true });
  await writeFile(join(target, marker), `${JSON.stringify({ version: 1, assignment: name })}\n`);
  print(
    `${title}\nRead ${join(target, 'handout.md')}, change ${files.map((each) => join(target, each.name)).join(', ')}, and then:`,
  );
  const own = assignmentNames().includes(name) ? '' : ` --assignment ${nameOrFolder}`;
  print(`  miglab assignment check ${target}${own}`);
}

interface Checked {
  assignment: Assignment;
  submission: Submission;
  mark: SubmissionMark;
  ground: Record<string, string>;
}

/** What `check` and `pack` have in common. */
interface Asked {
  assignment?: string;
  json?: boolean;
}

/** Runs the public checks. @param folder of the evidence */
async function runPublic(dir: string, folder: string, asked: Asked): Promise<Checked> {
  const signal = interruption();
  const shown = progress(asked.json === true);
  const intake = await takeIn(resolve(dir));
  const of = asked.assignment ?? intake.assignment;
  if (!of)
    throw new Fault(
      ExitCode.usage,
      `${dir} is the folder of no assignment`,
      'Begin one: miglab assignment start NAME. Of an assignment that is not the lab’s own, name its folder: --assignment DIR',
    );
  const assignment = await readAssignment(of);
  const submission = await submissionOf(intake, assignment);
  const checks = await plannedFor(assignment, publicSeed, (each) => each.public);
  const grading = await openGrading(assignment, shown.report, signal);
  const mark = await gradeSubmission(grading, submission, checks, folder);
  shown.end();
  return { assignment, submission, mark, ground: groundOf(grading.stand.ground) };
}

const codeOf = ({ points, max }: SubmissionMark): number =>
  points >= max ? ExitCode.good : ExitCode.checkFailed;

async function check(dir: string, { keep, ...asked }: Asked & { keep?: string }): Promise<void> {
  if (keep && existsSync(join(keep, 'evidence')))
    throw new Fault(ExitCode.usage, `there is a ${join(keep, 'evidence')} already`, 'Name another folder.');
  const run = async (folder: string) => (await runPublic(dir, folder, asked)).mark;
  const mark = keep ? await run(resolve(keep)) : await withScratch(run, stateFolder('scratch'));
  if (asked.json) printJson(mark);
  else print(told(mark));
  process.exitCode = codeOf(mark);
}

async function pack(dir: string, { output, ...asked }: Asked & { output?: string }): Promise<void> {
  await withScratch(async (folder) => {
    const { assignment, submission, mark, ground } = await runPublic(dir, folder, asked);
    if (submission.refusal) throw new Fault(ExitCode.usage, submission.refusal);
    if (mark.build) throw new Fault(ExitCode.checkFailed, mark.build.trim(), 'Nothing was packed.');
    const file = output ?? `${basename(resolve(dir))}.tar.gz`;
    const plan = {
      assignment: assignment.name,
      seed: publicSeed,
      checks: mark.checks.map(({ id }) => id),
      ground,
    };
    await writeBundle(file, await collectBundle(submission, plan, folder));
    if (asked.json) return printJson({ file, ...mark });
    print(`${told(mark)}\n${file} is what you hand in.`);
  }, stateFolder('scratch'));
}
