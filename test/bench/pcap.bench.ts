// SPDX-License-Identifier: GPL-2.0-only
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median } from 'simple-statistics';
import type { Bench, Quantity, Round, Say } from './bench.ts';
import type { Cost } from './pcap/analyse.ts';
import { writeCell } from './pcap/cell.ts';
import { countArguments, fieldArguments, runTshark } from './pcap/tshark.ts';

/** Sizes of the captures, MB. */
const SMALL = 10;
const MIDDLE = 100;
const LARGE = 2000;

const speeds = (name: string, title: string): Quantity[] => [
  { name: `${name} packets`, title, unit: 'packets/s' },
  { name: `${name} MB`, title, unit: 'MB/s' },
];

export const bench: Bench = {
  about: `reading a capture of ${MIDDLE} MB (128 bytes a frame), and memory from ${SMALL} MB to 2 GB`,
  rounds: 3,
  quantities: [
    ...speeds('analysis', 'analysis, both passes'),
    ...speeds('first', 'analysis, first of a process'),
    ...speeds('decoder', 'decoder alone'),
    ...speeds('tshark', 'tshark, the same fields'),
    ...speeds('count', 'tshark, counting only'),
    { name: 'small', title: `peak memory, ${SMALL} MB`, unit: 'MB' },
    { name: 'middle', title: `peak memory, ${MIDDLE} MB`, unit: 'MB' },
    { name: 'large', title: `peak memory, ${LARGE} MB`, unit: 'MB' },
  ],
  comparisons: [
    { of: 'analysis packets', to: 'tshark packets', goals: [{ least: 10 }, { least: 50 }] },
    { of: 'first packets', to: 'tshark packets', goals: [{ least: 10 }] },
    { of: 'decoder packets', to: 'tshark packets', goals: [{ least: 10 }, { least: 50 }] },
    { of: 'analysis packets', to: 'count packets', goals: [{ least: 10 }] },
    { of: 'middle', to: 'small', goals: [{ most: 1.2 }] },
    { of: 'large', to: 'small', goals: [{ most: 1.2 }] },
  ],
  measure,
};

async function* measure(rounds: number, say: Say, signal: AbortSignal): AsyncGenerator<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'miglab-bench-'));
  try {
    const cells = await writeCells(folder, say, signal);
    for (let round = 0; round < rounds; round++)
      yield {
        ...(await speedRound(folder, say, signal)),
        ...(await memoryRound(folder, cells, say, signal)),
      };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const cellOf = (folder: string, size: number) => join(folder, `${size}`);

/** Leaves out a size for which the disk has not the room, and a quarter of a gigabyte beside. */
async function writeCells(folder: string, say: Say, signal: AbortSignal): Promise<number[]> {
  const written: number[] = [];
  for (const size of [SMALL, MIDDLE, LARGE]) {
    const { bavail, bsize } = statfsSync(folder);
    if (size > MIDDLE && bavail * bsize < (size + 250) * 1e6) {
      say(`no room for a capture of ${size} MB in ${folder}: left out; TMPDIR names another folder`);
      continue;
    }
    say(`writing a capture of ${size} MB`);
    await writeCell(cellOf(folder, size), size * 1e6, signal);
    written.push(size);
  }
  return written;
}

async function speedRound(folder: string, say: Say, signal: AbortSignal): Promise<Round> {
  const dir = cellOf(folder, MIDDLE);
  const capture = join(dir, 'public.pcap');
  say('analysis and decoder');
  const { frames, analysis, decoding } = await analyse(dir, 6, signal);
  say('tshark, the same fields');
  const tshark = await runTshark(fieldArguments(capture), signal);
  say('tshark, counting only');
  const count = await runTshark(countArguments(capture), signal);
  const megabytes = statSync(capture).size / 1e6;
  const [first = Number.NaN, ...warm] = analysis;
  const seconds = { analysis: median(warm), first, decoder: median(decoding), tshark, count };
  return Object.fromEntries(
    Object.entries(seconds).flatMap(([name, time]) => [
      [`${name} packets`, frames / time],
      [`${name} MB`, megabytes / time],
    ]),
  );
}

async function memoryRound(
  folder: string,
  sizes: readonly number[],
  say: Say,
  signal: AbortSignal,
): Promise<Round> {
  const names: Record<number, string> = { [SMALL]: 'small', [MIDDLE]: 'middle', [LARGE]: 'large' };
  const peaks: [string, number][] = [];
  for (const size of sizes) {
    say(`memory, ${size} MB`);
    peaks.push([names[size] ?? '', (await analyse(cellOf(folder, size), 1, signal)).peakMb]);
  }
  return Object.fromEntries(peaks);
}

/** In a process of its own: its memory is that of the analysis, and the first time is a first time. */
async function analyse(dir: string, times: number, signal: AbortSignal): Promise<Cost> {
  const script = join(import.meta.dirname, 'pcap', 'analyse.ts');
  const argv = [...process.execArgv, script, dir, String(times)];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { signal });
  return JSON.parse(stdout);
}
