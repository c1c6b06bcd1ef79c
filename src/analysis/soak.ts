// SPDX-License-Identifier: GPL-2.0-only
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { growthOf, type NodeGrowth } from './census.ts';
import type { Measurement } from './measurement.ts';

/** A boot of a soak that came to its end. */
export interface SoakBoot {
  cell: string;
  folder: string;
  migrations: number;
  nodes: readonly string[];
  /** Empty when every machine carried out its scenario. */
  problem: string;
}

interface SoakedCell extends Omit<SoakBoot, 'nodes' | 'folder'> {
  nodes: NodeGrowth[];
  /** What went wrong; empty when nothing did. */
  wrongs: string[];
}

/** soak.json, beside the run's other files. */
export interface Soak {
  version: 1;
  /** Asked for, and those that were carried out and judged. */
  asked: number;
  migrations: number;
  bytes_wrong: number;
  rst: number;
  /** Segments whose sequence number went back, or left bytes out. */
  seq_backwards: number;
  /** Segments that were kept while the connection was moved, and what became of them. */
  captured: number;
  reinjected: number;
  stale: number;
  purged: number;
  delay_ms: { median: number | null; most: number | null };
  cells: SoakedCell[];
}

/** Judges every boot of a soak, and writes soak.json. @param rows of these boots alone */
export async function analyseSoak(
  directory: string,
  asked: number,
  boots: readonly SoakBoot[],
  rows: readonly Measurement[],
): Promise<Soak> {
  const cells = await Promise.all(boots.map((boot) => judgeBoot(boot, rows)));
  const soak = summarise(asked, cells, rows);
  await writeFile(join(directory, 'soak.json'), `${JSON.stringify(soak, null, 2)}\n`);
  return soak;
}

async function judgeBoot(boot: SoakBoot, rows: readonly Measurement[]): Promise<SoakedCell> {
  const { cell, migrations, problem } = boot;
  const nodes = await Promise.all(
    boot.nodes.map(async (node) => growthOf(node, await eventsOf(boot, node), migrations)),
  );
  const mine = rows.filter((row) => row.cell === cell);
  const wrongs = [
    ...(problem ? [problem] : []),
    ...mine
      .filter(({ status }) => status !== 'valid')
      .map(({ rep, reason }) => `migration ${rep}: ${reason}`),
    ...nodes.flatMap(({ node, leaks }) => leaks.map((leak) => `${node}: ${leak}`)),
    ...lostMoves(nodes, migrations),
  ];
  return { cell, migrations, problem, nodes, wrongs };
}

const eventsOf = ({ folder }: SoakBoot, node: string) =>
  readFile(join(folder, `${node}.events.jsonl`), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''; // A machine that never started left none.
    throw error;
  });

/** Each migration ends one socket for good and brings one to life, at whichever node. */
function lostMoves(nodes: readonly NodeGrowth[], migrations: number): string[] {
  const of = (name: string) => nodes.reduce((sum, { module }) => sum + (module[name] ?? 0), 0);
  return ['committed', 'activated']
    .filter((name) => of(name) !== migrations)
    .map((name) => `${of(name)} connections ${name} in ${migrations} migrations`);
}

function summarise(asked: number, cells: SoakedCell[], rows: readonly Measurement[]): Soak {
  const sum = (name: 'bytes_wrong' | 'rst' | 'seq_backwards') =>
    rows.reduce((total, row) => total + (row[name] ?? 0), 0);
  const counted = (name: string) =>
    cells.flatMap(({ nodes }) => nodes).reduce((total, { module }) => total + (module[name] ?? 0), 0);
  const delays = rows.flatMap(({ delay_ms }) => delay_ms ?? []).sort((a, b) => a - b);
  return {
    ...{ version: 1, asked, migrations: rows.filter(({ status }) => status === 'valid').length },
    ...{ bytes_wrong: sum('bytes_wrong'), rst: sum('rst'), seq_backwards: sum('seq_backwards') },
    ...{ captured: counted('captured'), reinjected: counted('reinjected') },
    ...{ stale: counted('reinject_stale'), purged: counted('capture_purged') },
    delay_ms: { median: delays[Math.floor(delays.length / 2)] ?? null, most: delays.at(-1) ?? null },
    cells,
  };
}
