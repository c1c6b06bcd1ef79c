// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { CellPlan } from '../plan/experiment.ts';
import type { LabPlan } from '../plan/lab.ts';
import { cellScenario } from '../plan/scenario.ts';
import { readDocument } from '../spec/document.ts';
import { versionOf } from '../spec/version.ts';
import { type CellBoot, runCell } from './cell.ts';
import { cellRecord, isCorrupted } from './cell-record.ts';
import { saveJson } from './json-file.ts';

/** attempt.json: how a boot of a cell ended. The last file of a cell's folder that the run writes. */
const attemptFileSchema = z.looseObject({
  version: versionOf('attempt.json', 1),
  cell: z.string(),
  attempt: z.int().min(1),
  /** Empty when every machine carried out its scenario. */
  problem: z.string(),
  started: z.iso.datetime(),
  duration_s: z.number().nonnegative(),
});
export type AttemptFile = z.infer<typeof attemptFileSchema>;

/** What a cell is measured in until it is; no reader of results takes notice of it. */
const partial = '.partial';

export const attemptFolder = (directory: string, cell: string, attempt: number): string =>
  join(directory, 'cells', attempt === 1 ? cell : `${cell}.attempt${attempt}`);

/** Bytes of a frame: more than any card here carries. */
export const wholeFrames = 65_536;

/** Where one attempt goes, and which of the boot's settings are its own. */
export type AttemptBoot = Omit<
  CellBoot,
  'plan' | 'scenarios' | 'clock' | 'impairments' | 'seed' | 'timeoutS' | 'captures' | 'directory'
> & {
  folder: string;
  /** Bytes of each frame that the capture keeps. */
  snaplen: number;
};

/**
 * Boots a cell once. Its folder appears, whole and on the disk, when the boot is over: what is there was measured, and a
 * process or host that dies leaves nothing that looks so.
 */
export async function bootAttempt(
  lab: LabPlan,
  cell: CellPlan,
  attempt: number,
  { folder, snaplen, ...boot }: AttemptBoot,
): Promise<AttemptFile> {
  const directory = `${folder}${partial}`;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const started = new Date().toISOString();
  const begin = performance.now();
  await saveJson(directory, 'cell.json', cellRecord(lab, cell, attempt));
  const { problem, captureStopped } = await runCell({
    ...{ ...boot, plan: lab, clock: cell.clock, timeoutS: cell.timeoutS, directory },
    ...{ impairments: cell.impairments, seed: cell.seed },
    scenarios: Object.fromEntries(lab.machines.map((each) => [each.name, cellScenario(lab, each, cell)])),
    captures: capturesOf(lab, cell, isCorrupted(lab, cell) ? wholeFrames : snaplen),
  });
  if (captureStopped) await saveJson(directory, 'cell.json', cellRecord(lab, cell, attempt, captureStopped));
  const duration_s = Math.round((performance.now() - begin) / 100) / 10;
  const ended: AttemptFile = { version: 1, cell: cell.id, attempt, problem, started, duration_s };
  await saveJson(directory, 'attempt.json', ended);
  await finish(directory, folder);
  return ended;
}

/**
 * The cluster's wire at the peer. On the virtual clock, where a capture takes nothing of the machines' time, every
 * other wire as well, at the machine that comes first on it; not in a soak, whose images alone are gigabytes.
 */
function capturesOf(
  { wires, cluster }: LabPlan,
  { clock, warmUpMigrations }: CellPlan,
  snaplen: number,
): CellBoot['captures'] {
  return wires
    .filter(({ name }) => (clock === 'virtual' && !warmUpMigrations) || name === cluster.wire)
    .map(({ name, hub }) => ({ machine: hub, wire: name, file: `${name}.pcap`, snaplen }));
}

/** Renames only what is on the disk: after a crash of the host a renamed folder has its files' contents. */
async function finish(directory: string, folder: string): Promise<void> {
  for (const name of await readdir(directory)) await sync(join(directory, name));
  await sync(directory);
  await rename(directory, folder);
  await sync(dirname(folder));
}

async function sync(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}

/** Every boot of the run that came to its end, in order of cells and attempts. @throws Fault (64) for a faulty attempt.json. */
export async function finishedAttempts(directory: string): Promise<AttemptFile[]> {
  const names = (await readdir(join(directory, 'cells'))).filter((name) => !name.endsWith(partial));
  const attempts = await Promise.all(names.map((name) => readAttempt(join(directory, 'cells', name))));
  return attempts.sort((a, b) => a.attempt - b.attempt);
}

const readAttempt = (folder: string): Promise<AttemptFile> =>
  readDocument(join(folder, 'attempt.json'), attemptFileSchema, 'Name a folder that `miglab run` wrote.');

/** Removes what interrupted boots left. */
export async function removePartial(directory: string): Promise<void> {
  for (const name of await readdir(join(directory, 'cells')))
    if (name.endsWith(partial)) await rm(join(directory, 'cells', name), { recursive: true });
}
