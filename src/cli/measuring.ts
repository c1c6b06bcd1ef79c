// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { whatIsMissing } from '../image/plan.ts';
import type { Report } from '../image/report.ts';
import type { Preparation } from '../report/appendix/appendix.ts';
import type { System } from '../report/evaluation/assessment.ts';
import { experimentName, readEvidence } from '../report/evaluation/evidence.ts';
import { writeReport } from '../report/write.ts';
import { prepareGround } from '../run/ground.ts';
import { passing } from '../run/passing.ts';
import { readPlanFile } from '../run/plan-file.ts';
import { resumeRun } from '../run/resume.ts';
import { executeRun } from '../run/run.ts';
import { anyRun, runFolder, runName } from '../run/run-folder.ts';
import { runId } from '../run/run-id.ts';
import { executeSimple } from '../run/simple.ts';
import { type Choice, costs, type Part, planParts, runOf } from './evaluation-plan.ts';
import { interruption } from './interruption.ts';
import { progress } from './progress.ts';

interface Asked extends Omit<Choice, 'dryRun'> {
  /** Runs of an evaluation that was interrupted. */
  resume?: string[];
  jobs?: number;
  results: string;
  json?: boolean;
}

/** What measuring left: folders of runs, and how long what came before it took. */
export interface Measured {
  runs: string[];
  preparation: Preparation | null;
}

/** Builds what is missing and measures what the claims need, or what runs that are gone on with lack of it. */
export async function measureClaims(systems: readonly System[], asked: Asked): Promise<Measured> {
  const { results, jobs } = asked;
  const signal = interruption();
  const shown = progress(asked.json);
  const begun = (asked.resume ?? []).map((run) => runFolder(run, results, anyRun));
  const estimated = await planParts(systems, { ...asked, dryRun: true });
  costs(estimated).forEach(shown.note);
  const images = [...new Set(estimated.map((part) => runOf(part).lab.image))];
  const preparation = await prepare(images, shown, signal);
  const parts = await planParts(systems, { ...asked, dryRun: false });
  const earlier = await matchRuns(begun, parts);
  const runs: string[] = [];
  const doing = {
    results,
    jobs,
    report: shown.report,
    signal,
    onFolder: (run: string) => void runs.push(run),
  };
  try {
    for (const part of parts) await measure(part, earlier.get(part.name), doing);
  } catch (error) {
    const kept = [...new Set([...begun, ...runs])].filter(canGoOn).map(runName);
    if (kept.length > 0)
      shown.note(
        `What was measured is kept. To go on: miglab verify --${asked.extent} --resume ${kept.join(' ')}`,
      );
    throw error;
  }
  shown.end();
  return { runs, preparation };
}

const canGoOn = (directory: string) =>
  ['plan.json', 'passes.json'].some((file) => existsSync(join(directory, file)));

/** Builds what is missing, and notes how long that took. */
async function prepare(
  images: readonly string[],
  { note, report }: ReturnType<typeof progress>,
  signal: AbortSignal,
): Promise<Preparation> {
  const { builds, downloads, seconds } = await whatIsMissing(images);
  const bytes = downloads.reduce((sum, each) => sum + each.bytes, 0);
  if (builds.length > 0)
    note(
      `First ${builds.join(', ')}: about ${Math.ceil(seconds / 60)} min, ${(bytes / 1e6).toFixed(0)} MB to download`,
    );
  const begin = performance.now();
  for (const image of images) await prepareGround(image, report, undefined, signal);
  return { seconds: (performance.now() - begin) / 1000, builds };
}

/**
 * Runs that are gone on with, by the experiment that they are of.
 *
 * @throws Fault (64) for a run of another experiment, or with other cells than this evaluation has
 */
async function matchRuns(begun: readonly string[], parts: readonly Part[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const directory of begun) {
    const { experiment, cells } = await begunAs(directory);
    const part = parts.find(({ name }) => name === experiment);
    const wanted = part ? runOf(part).cells.map(({ id }) => id) : [];
    if (wanted.join() !== cells.join() || found.has(experiment))
      throw new Fault(
        ExitCode.usage,
        `${directory} does not have the cells that this evaluation measures`,
        'Name the runs that the same command began, with the same choices.',
      );
    found.set(experiment, directory);
  }
  return found;
}

async function begunAs(directory: string): Promise<{ experiment: string; cells: string[] }> {
  if (existsSync(join(directory, 'plan.json'))) {
    const { file, cells } = await readPlanFile(directory);
    return { experiment: experimentName(file), cells: cells.map(({ id }) => id) };
  }
  const evidence = await readEvidence(directory);
  return {
    experiment: evidence.experiment,
    cells: evidence.kind === 'findings' ? evidence.cells.map(({ id }) => id) : [],
  };
}

interface Measuring {
  results: string;
  jobs: number | undefined;
  report: Report;
  signal: AbortSignal;
  /** Told as soon as a run has its folder. */
  onFolder: (directory: string) => void;
}

/** Carries out a part in a new folder, or measures what an earlier run of it lacks. */
async function measure(part: Part, earlier: string | undefined, doing: Measuring): Promise<void> {
  const { results, jobs, report, signal, onFolder } = doing;
  if (earlier) {
    onFolder(earlier);
    if (part.kind === 'cells') {
      await resumeRun({ directory: earlier, onPlan: () => undefined, report, signal, jobs });
      await writeReport(earlier);
    }
    return;
  }
  const { lab, file } = runOf(part);
  const ground = await prepareGround(lab.image, report, undefined, signal);
  const id = runId(file, new Date());
  const directory = join(results, id);
  onFolder(directory);
  if (part.kind === 'passing') {
    await executeSimple(passing, part.run, ground, { directory, id }, report, signal);
    return;
  }
  await executeRun(part.plan, ground, directory, id, report, signal, jobs);
  await writeReport(directory);
}
