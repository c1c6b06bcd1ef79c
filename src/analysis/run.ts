// SPDX-License-Identifier: GPL-2.0-only
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { Fault } from '../fault.ts';
import { analyseCell, type CellAnalysis } from './cell.ts';
import { type CellFile, parseCellFile } from './cell-file.ts';
import {
  MEASUREMENT_COLUMNS,
  MEASUREMENTS_VERSION,
  type Measurement,
  type Status,
  WINDOW_COLUMNS,
  type WindowSample,
} from './measurement.ts';
import { absentMeasurement } from './row.ts';
import { mergeSettings, type Settings } from './settings.ts';

export interface RunAnalysis {
  rows: Measurement[];
  windows: WindowSample[];
  counts: Record<Status, number>;
}

/**
 * Analyses every cell below results/<run-id>/cells and writes measurements.csv, windows.csv and analysis.json
 * (problems, clocks) beside it. A cell whose files cannot be read gives invalid rows with the reason.
 * @param done what earlier calls found, by cell and attempt: a run in progress hands the same map in each time, so that
 *   no capture is read again.
 */
export async function analyseRun(dir: string, done = new Map<string, CellAnalysis>()): Promise<RunAnalysis> {
  const cells: { spec: CellFile; analysis: CellAnalysis }[] = [];
  for (const name of await cellFolders(dir)) {
    const folder = join(dir, 'cells', name);
    const spec = await readSpec(folder);
    const key = `${spec.cell} ${spec.attempt}`;
    const analysis = done.get(key) ?? (await analyseFolder(folder, spec));
    done.set(key, analysis);
    cells.push({ spec, analysis });
  }
  const rows = cells.flatMap(({ analysis }) => analysis.rows);
  const windows = cells.flatMap(({ analysis }) => analysis.windows);
  await writeFile(join(dir, 'measurements.csv'), csv(rows, MEASUREMENT_COLUMNS));
  await writeFile(join(dir, 'windows.csv'), csv(windows, WINDOW_COLUMNS));
  await writeFile(join(dir, 'analysis.json'), `${JSON.stringify(analysisFile(cells), null, 2)}\n`);
  return { rows, windows, counts: countStatuses(rows) };
}

/** What cell.json in the folder of a boot says. @throws Fault (64) when it is faulty. */
export async function readSpec(folder: string): Promise<CellFile> {
  const path = join(folder, 'cell.json');
  return parseCellFile(path, await readFile(path, 'utf8'));
}

/** One boot; files that cannot be read make its rows invalid. */
export const analyseFolder = (folder: string, spec: CellFile): Promise<CellAnalysis> =>
  analyseCell({ dir: folder, spec }).catch(unreadable(spec));

/** Boots that came to their end; one that did not is in a folder whose name ends in .partial. */
async function cellFolders(dir: string): Promise<string[]> {
  const entries = await readdir(join(dir, 'cells'), { withFileTypes: true });
  const folders = entries
    .filter((entry) => entry.isDirectory() && !entry.name.endsWith('.partial'))
    .map(({ name }) => name);
  return folders.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** A capture that is no pcap, or a file that is missing: every migration of the cell is invalid, the run goes on. */
function unreadable(cell: CellFile): (error: unknown) => CellAnalysis {
  return (error) => {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!(error instanceof Fault) && !isMissing) throw error;
    const { message } = error as Error;
    const rows = Array.from({ length: cell.repetitions }, (_, index) =>
      absentMeasurement(cell, index + 1, 'invalid', message),
    );
    return {
      rows,
      windows: [],
      problems: [message],
      connection: undefined,
      clocks: new Map(),
      settings: new Map(),
    };
  };
}

const csv = (rows: readonly object[], columns: readonly string[]): string =>
  stringify([...rows], { header: true, columns: [...columns] });

function analysisFile(cells: readonly { spec: CellFile; analysis: CellAnalysis }[]): object {
  return {
    version: MEASUREMENTS_VERSION,
    settings: settingsByMachine(cells.map(({ analysis }) => analysis.settings)),
    cells: cells.map(({ spec, analysis }) => ({
      cell: spec.cell,
      attempt: spec.attempt,
      connection: analysis.connection ?? null,
      clocks: Object.fromEntries([...analysis.clocks].map(([machine, map]) => [machine, inMs(map)])),
      problems: analysis.problems,
    })),
  };
}

function settingsByMachine(cells: readonly ReadonlyMap<string, Settings>[]): Record<string, Settings> {
  const machines = [...new Set(cells.flatMap((cell) => [...cell.keys()]))].sort();
  const boots = (machine: string) =>
    cells.map((cell) => cell.get(machine)).filter((each) => each !== undefined);
  return Object.fromEntries(machines.map((machine) => [machine, mergeSettings(boots(machine))]));
}

const inMs = ({
  marks,
  offsetNs,
  uncertaintyNs,
}: {
  marks: number;
  offsetNs: number;
  uncertaintyNs: number | undefined;
}) => ({
  marks,
  offset_ms: offsetNs / 1e6,
  uncertainty_ms: uncertaintyNs === undefined ? null : uncertaintyNs / 1e6,
});

function countStatuses(rows: readonly Measurement[]): Record<Status, number> {
  const counts = { valid: 0, invalid: 0, inconclusive: 0 };
  for (const { status } of rows) counts[status]++;
  return counts;
}
