// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { analyseRun, readSpec } from '../analysis/run.ts';
import { ExitCode, Fault } from '../fault.ts';
import { planLab } from '../plan/lab.ts';
import { readEvidence } from '../report/evaluation/evidence.ts';
import { differences } from '../run/difference.ts';
import { judgePasses } from '../run/passing.ts';
import { eventsOf } from '../run/simple.ts';
import { readAnyExperiment } from '../spec/any-experiment.ts';
import { experimentPath, topologyPath } from '../spec/catalogue.ts';
import { readTopology } from '../spec/topology.ts';

/** What came of deriving a run's numbers again. */
export interface Derived {
  readonly run: string;
  /** Cells whose captures and events were read; 0 with the reason in `because`. */
  readonly cells: number;
  readonly because: string;
  /** What is not as it was, a line each. */
  readonly differences: readonly string[];
}

/**
 * Derives a run's numbers once more from its captures and events. The folder's tables are written anew. Files that are
 * missing or faulty are differences too.
 */
export async function deriveAgain(directory: string, run: string): Promise<Derived> {
  try {
    return await derive(directory, run);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const isOfFiles = error instanceof Fault || error instanceof SyntaxError;
    if (!isOfFiles && !/^(ENOENT|ENOTDIR|CSV_.*)$/.test(code)) throw error;
    return { run, cells: 1, because: '', differences: [message.replaceAll(`${directory}/`, '')] };
  }
}

async function derive(directory: string, run: string): Promise<Derived> {
  const nothing = (because: string): Derived => ({ run, cells: 0, because, differences: [] });
  const cells = await cellsOf(join(directory, 'cells'));
  const captures = cells.filter((cell) => existsSync(join(directory, 'cells', cell, 'public.pcap')));
  if (captures.length === 0) return nothing('it has no captures');
  if (existsSync(join(directory, 'passes.json'))) return derivePasses(directory, run);
  if (!existsSync(join(directory, 'measurements.csv')))
    return nothing('its results do not come from captures');
  return deriveRows(directory, run, cells);
}

async function cellsOf(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((each) => each.isDirectory()).map(({ name }) => name);
}

const tables = ['measurements.csv', 'windows.csv'] as const;

async function deriveRows(directory: string, run: string, cells: readonly string[]): Promise<Derived> {
  for (const cell of cells) await requirePlainNames(join(directory, 'cells', cell));
  const read = () => Promise.all(tables.map((name) => readFile(join(directory, name), 'utf8')));
  const before = await read();
  await analyseRun(directory);
  const after = await read();
  return {
    ...{ run, cells: cells.length, because: '' },
    differences: tables.flatMap((name, index) =>
      compareTables(name, before[index] ?? '', after[index] ?? ''),
    ),
  };
}

/** What a cell names is read from its folder, and from nowhere else. @throws Fault (64) */
async function requirePlainNames(folder: string): Promise<void> {
  const { capture, nodes, peer } = await readSpec(folder);
  [capture.file, peer.name, ...nodes.map(({ name }) => name)].forEach(requirePlain);
}

function requirePlain(name: string): void {
  if (!/^[\w-][\w.-]*$/.test(name))
    throw new Fault(ExitCode.usage, `${JSON.stringify(name)} is no plain name`);
}

/** The first rows that are others, with their columns. Columns are found by name: a newer miglab may have more. Pure. */
function compareTables(name: string, before: string, after: string): string[] {
  if (before === after) return [];
  const [a, b] = [before, after].map((text): Record<string, string>[] =>
    parse(text, { columns: true, relax_column_count: true }),
  );
  if (a === undefined || b === undefined || a.length !== b.length)
    return [`${name}: ${a?.length} rows in the archive, ${b?.length} derived`];
  const lines = a.flatMap((row, index) => {
    const columns = Object.keys(row).filter((column) => row[column] !== b[index]?.[column]);
    const told = columns.map(
      (column) => `${column} ${row[column] || '(empty)'}, derived ${b[index]?.[column] || '(empty)'}`,
    );
    return told.length > 0 ? [`${name}:${index + 2}: ${row.cell}: ${told.join('; ')}`] : [];
  });
  return lines.length > 5 ? [...lines.slice(0, 5), `${name}: ${lines.length - 5} more rows`] : lines;
}

async function derivePasses(directory: string, run: string): Promise<Derived> {
  const evidence = await readEvidence(directory);
  if (evidence.kind !== 'findings' || !/^[\w-]+\/[\w-]+$/.test(evidence.experiment))
    return { run, cells: 0, because: `no experiment ${evidence.experiment} here`, differences: [] };
  const asked = await readAnyExperiment(experimentPath(evidence.experiment));
  const lab = planLab(await readTopology(topologyPath(asked.topology)));
  const found: string[] = [];
  for (const cell of evidence.cells) {
    requirePlain(cell.id);
    const folder = join(directory, 'cells', cell.id);
    const boot = { directory: folder, events: await eventsOf(lab, folder), problem: cell.problem };
    const derived = JSON.parse(JSON.stringify(await judgePasses({ id: cell.id, timeoutS: 0 }, lab, boot)));
    found.push(...differences(cell, derived).map((line) => `passes.json: ${cell.id}: ${line}`));
  }
  return { run, cells: evidence.cells.length, because: '', differences: found };
}
