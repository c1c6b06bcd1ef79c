// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { type RunRecord, runRecordSchema } from '../analysis/run-record.ts';
import { ExitCode, Fault } from '../fault.ts';
import { isOwned } from './owner.ts';
import { isSettled } from './settled.ts';

const usualResults = 'results';

/** By which a run of any engine is known. */
export const anyRun = ['run.json', 'plan.json', 'passes.json', 'states.json', 'fuzz.json'] as const;

/**
 * The folder of a run that is named by its path, or by its id if it is in `results`.
 *
 * @param files of which it has one; only runs that migrate have the first two of `anyRun`
 * @throws Fault (64) when there is none
 */
export function runFolder(
  run: string,
  results = usualResults,
  files: readonly string[] = anyRun.slice(0, 2),
): string {
  const folder = [run, join(results, run)].find((path) => files.some((file) => existsSync(join(path, file))));
  if (!folder)
    throw new Fault(
      ExitCode.usage,
      `no run "${run}"`,
      `Name a folder that \`miglab run\` wrote, or its name if it is in ${results}.`,
    );
  return folder;
}

/** How a user names the run on the command line. */
export const runName = (directory: string): string =>
  relative(usualResults, directory) === basename(directory) ? basename(directory) : directory;

interface Unfinished {
  directory: string;
  measured: number;
  cells: number;
}

/** Runs of the same experiment that stopped early, can go on, and that nobody carries out; the latest last. */
export async function unfinishedRuns(results: string, experimentFile: string): Promise<Unfinished[]> {
  if (!existsSync(results)) return [];
  const found: Unfinished[] = [];
  for (const name of readdirSync(results).sort()) {
    const directory = join(results, name);
    if (!existsSync(join(directory, 'plan.json')) || isOwned(directory)) continue;
    const record = await readRecord(join(directory, 'run.json'));
    if (!record || record.state === 'complete' || record.experiment.file !== experimentFile) continue;
    const measured = record.cells.filter(({ id }) => isSettled(record, id)).length;
    found.push({ directory, measured, cells: record.cells.length });
  }
  return found;
}

/** Other people's folders are none of this program's business: what cannot be read is no run. */
async function readRecord(path: string): Promise<RunRecord | undefined> {
  try {
    return runRecordSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
