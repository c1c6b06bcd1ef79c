// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { runRecordSchema } from '../analysis/run-record.ts';
import { ExitCode, Fault } from '../fault.ts';
import { isOwned } from './owner.ts';

const usualResults = 'results';

/** The folder of a run that is named by its path, or by its id if it is in `results`. @throws Fault (64) when there is none. */
export function runFolder(run: string, results = usualResults): string {
  const folder = [run, join(results, run)].find(
    (path) => existsSync(join(path, 'run.json')) || existsSync(join(path, 'plan.json')),
  );
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
  for (const id of readdirSync(results).sort()) {
    const directory = join(results, id);
    if (!existsSync(join(directory, 'plan.json')) || isOwned(directory)) continue;
    const text = await readFile(join(directory, 'run.json'), 'utf8').catch(() => 'null');
    const record = runRecordSchema.safeParse(JSON.parse(text)).data;
    if (!record || record.state === 'complete' || record.experiment.file !== experimentFile) continue;
    const measured = record.cells.filter(({ attempts }) => attempts.length > 0).length;
    found.push({ directory, measured, cells: record.cells.length });
  }
  return found;
}
