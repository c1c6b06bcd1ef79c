// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Measurement } from '../analysis/measurement.ts';
import { analyseFolder, readSpec } from '../analysis/run.ts';
import { ExitCode, Fault } from '../fault.ts';
import type { Report } from '../image/report.ts';
import { attemptFolder, bootAttempt, finishedAttempts, wholeFrames } from './attempt.ts';
import { failureOf, keepFailure } from './failure.ts';
import { groundAsBegun } from './ground-again.ts';
import { saveJson } from './json-file.ts';
import { planAsBegun } from './plan-again.ts';
import { changes, groundFacts, planFile, readPlanFile } from './plan-file.ts';
import { runName } from './run-folder.ts';

export interface ReplayOptions {
  directory: string;
  cell: string;
  /** Another image than the run's. */
  image?: string;
  verboseConsole?: boolean;
  report: Report;
  signal: AbortSignal;
}

/** What `miglab replay --json` prints, and what replay.json beside the files keeps. */
export interface Replay {
  version: 1;
  run: string;
  cell: string;
  seed: number;
  /** Attempt of the run that is compared; null if the run never came to this cell. */
  attempt: number | null;
  replay: number;
  folder: string;
  /** What is not as the run began with: the module that was changed since, for instance. */
  differs: string[];
  problem: string;
  /** Migrations by number, each as the run measured it and as the replay did. */
  migrations: { rep: number; run: Measurement | null; replay: Measurement | null }[];
}

/**
 * Boots one cell of a run again, with the same seed and plan, and keeps everything in replays/CELL.N. The run's own
 * measurements stay as they are. What differs from the run is told, not refused: often it is what one wants to try.
 *
 * @throws Fault (64) for a run without a plan, or a cell that it does not have.
 */
export async function replayCell(options: ReplayOptions): Promise<Replay> {
  const { directory, report, signal } = options;
  const began = await readPlanFile(directory);
  const plan = planAsBegun(began);
  const cell = plan.cells.find(({ id }) => id === options.cell);
  if (!cell)
    throw new Fault(
      ExitCode.usage,
      `the run ${basename(directory)} has no cell "${options.cell}"`,
      `It has ${plan.cells.map(({ id }) => id).join(', ')}.`,
    );
  const image = options.image ?? began.image;
  const ground = await groundAsBegun(began, image, report, signal);
  const differs = changes(
    began,
    planFile(began.id, began.directory, plan, groundFacts(ground, plan.experiment.clock)),
  );
  const { number, folder } = await newFolder(directory, cell.id);
  report({ stage: cell.id, detail: `replay ${number}` });
  const boot = await bootAttempt({ ...plan.lab, image }, cell, number, {
    ...{
      name: `${began.id}.${cell.id.split('-')[0]}.r${number}`,
      ground,
      signal,
      folder,
      snaplen: wholeFrames,
    },
    ...{ keepAll: true, verboseConsole: options.verboseConsole === true },
    onEvent: (_, line) => {
      if (line.includes('"event":"migration"')) report({ stage: cell.id, detail: 'migration' });
    },
  });
  const rows = await rowsOf(folder);
  const failure = failureOf(runName(directory), folder, boot, rows);
  if (failure) await keepFailure(failure, rows);
  const before = await measuredBefore(directory, cell.id);
  const replay: Replay = {
    ...{ version: 1, run: began.id, cell: cell.id, seed: cell.seed, attempt: before.attempt, replay: number },
    ...{ folder, differs, problem: boot.problem, migrations: sideBySide(before.rows, rows) },
  };
  await saveJson(folder, 'replay.json', replay);
  return replay;
}

/** Makes replays/CELL.N.partial with the first N that nobody has; the boot renames it. */
async function newFolder(directory: string, cell: string): Promise<{ number: number; folder: string }> {
  const replays = join(directory, 'replays');
  await mkdir(replays, { recursive: true });
  for (let number = 1; ; number++) {
    const folder = join(replays, `${cell}.${number}`);
    if ((await readdir(replays)).includes(basename(folder))) continue;
    try {
      await mkdir(`${folder}.partial`);
      return { number, folder };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

async function rowsOf(folder: string): Promise<Measurement[]> {
  return (await analyseFolder(folder, await readSpec(folder))).rows;
}

/** The attempt that decided about the cell. */
async function measuredBefore(directory: string, cell: string) {
  const last = (await finishedAttempts(directory)).filter((boot) => boot.cell === cell).at(-1);
  if (!last) return { attempt: null, rows: [] };
  return { attempt: last.attempt, rows: await rowsOf(attemptFolder(directory, cell, last.attempt)) };
}

function sideBySide(run: readonly Measurement[], replay: readonly Measurement[]): Replay['migrations'] {
  const reps = [...new Set([...run, ...replay].map(({ rep }) => rep))].sort((a, b) => a - b);
  const of = (rows: readonly Measurement[], rep: number) => rows.find((row) => row.rep === rep) ?? null;
  return reps.map((rep) => ({ rep, run: of(run, rep), replay: of(replay, rep) }));
}
