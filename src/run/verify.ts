// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { readSpec } from '../analysis/run.ts';
import { ExitCode, Fault } from '../fault.ts';
import { fileHash } from '../image/digest.ts';
import type { Report } from '../image/report.ts';
import { packagePath } from '../package.ts';
import { stallMachines } from './disturbance.ts';
import { compareCaptures, compareTexts } from './sameness.ts';

/** One cell, carried out twice. */
export interface CellComparison {
  cell: string;
  /** SHA-256 of the first one's capture; null when it has none. */
  capture: string | null;
  /** The first difference in each file that has one; empty when all are the same to the bit. */
  differences: { file: string; where: string }[];
}

/**
 * Carries the cells out once more, by another process: from another folder, with labs of other names in another place,
 * in another locale and time zone, and with its machines stopped now and then.
 *
 * @returns the folder of that run
 * @throws Fault (2) when it measured nothing, with what it said
 */
export async function runElsewhere(options: {
  /** Absolute. */
  experiment: string;
  cells: readonly string[];
  image: string;
  /** Where it may write; made when it is not there. */
  folder: string;
  full: boolean;
  jobs?: number | undefined;
  report: Report;
  signal: AbortSignal;
}): Promise<{ directory: string; stalls: number }> {
  const { folder, cells, report, signal } = options;
  const state = join(folder, 'state');
  const results = join(folder, 'results');
  await mkdir(state, { recursive: true });
  const over = new AbortController();
  const stalls = stallMachines(join(state, 'miglab'), over.signal);
  try {
    const child = spawn(
      process.execPath,
      [
        ...[packagePath('src', 'cli', 'miglab.js'), 'run', options.experiment, '--clock', 'virtual'],
        ...['--image', options.image, '--results', results, '--cell', ...cells],
        ...(options.full ? ['--full'] : []),
        ...(options.jobs ? ['--jobs', String(options.jobs)] : []),
      ],
      { cwd: folder, signal, stdio: ['ignore', 'ignore', 'pipe'], env: elsewhere(state) },
    );
    const said: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      report({ stage: 'again, disturbed', detail: line });
    });
    await once(child, 'close');
    const [run] = await readdir(results).catch(() => []);
    if (!run)
      throw new Fault(
        ExitCode.nothingMeasured,
        `the second run measured nothing\n${said.slice(-10).join('\n')}`,
      );
    over.abort();
    return { directory: join(results, run), stalls: await stalls };
  } finally {
    over.abort();
    await stalls;
  }
}

const elsewhere = (state: string): NodeJS.ProcessEnv => ({
  ...process.env,
  ...{ XDG_STATE_HOME: state, TZ: 'Pacific/Chatham', LC_ALL: 'C', LANG: 'tr_TR.UTF-8', NO_COLOR: '1' },
});

/** Compares what two runs kept of the same cells: captures, consoles, events and the rows that follow from them. */
export async function compareRuns(
  one: string,
  other: string,
  cells: readonly string[],
): Promise<CellComparison[]> {
  return Promise.all(
    cells.map((cell) => compareCells(cell, join(one, 'cells', cell), join(other, 'cells', cell))),
  );
}

async function compareCells(cell: string, one: string, other: string): Promise<CellComparison> {
  const names = new Set([...(await listed(one)), ...(await listed(other))].filter(isCompared));
  const differences: CellComparison['differences'] = [];
  for (const file of [...names].sort()) {
    const compare = file.endsWith('.pcap') ? compareCaptures : compareTexts;
    const where = await compare(join(one, file), join(other, file)).catch(missing);
    if (where) differences.push({ file, where });
  }
  const capture = (await readSpec(one).catch(() => undefined))?.capture.file;
  const hash = capture ? await fileHash(join(one, capture)).catch(() => null) : null;
  if (!hash) differences.push({ file: resolve(one), where: 'no capture: the cell was not measured' });
  return { cell, capture: hash, differences };
}

const isCompared = (name: string) =>
  name !== 'slice.pcap' && /\.(pcap|console\.log|events\.jsonl|scenario\.sh)$|^cell\.json$/.test(name);

const listed = (folder: string) => readdir(folder).catch((): string[] => []);

function missing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return `missing: ${error.path}`;
  throw error;
}
