// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { z } from 'zod';
import type { CellFile } from '../analysis/cell-file.ts';
import { analyseFolder, readSpec } from '../analysis/run.ts';
import { parseIpv4 } from '../pcap/address.ts';
import { readCaptureFile } from '../pcap/capture-file.ts';
import { eventsOf, eventText } from './event-lines.ts';
import type { Measures } from './mark.ts';

/**
 * What a boot with migrations gave: the columns of measurements.csv; `ts_jump_ms`, by how much the timestamps of the
 * migrating end went faster or slower than time where they changed machines; and the module's counters, as
 * `origin_NAME` and `destination_NAME` of the first migration's nodes.
 */
export async function measureMigration(folder: string): Promise<Measures[]> {
  const cell = await readSpec(folder);
  const { rows } = await analyseFolder(folder, cell);
  const jumps = await timestampJumps(join(folder, cell.capture.file), cell).catch(() => []);
  const [origin = '', destination = ''] = cell.nodes.map(({ name }) => name);
  const counters = {
    ...(await countersOf(folder, origin, 'origin')),
    ...(await countersOf(folder, destination, 'destination')),
  };
  return rows.map((row, index) => ({ ...row, ts_jump_ms: jumps[index] ?? null, ...counters }));
}

/** At each change of the source's machine, in order: the timestamps' way less the time's, ms. */
async function timestampJumps(path: string, { peer }: CellFile): Promise<number[]> {
  const address = parseIpv4(peer.public_address);
  const jumps: number[] = [];
  let last: { mac: number; tsval: number; timeNs: number } | undefined;
  await readCaptureFile(path, (segment, verdict) => {
    if (verdict !== 'tcp' || segment.tsval < 0) return;
    if (segment.destinationAddress !== address || segment.destinationPort !== peer.port) return;
    const { sourceMac: mac, tsval, timeNs } = segment;
    if (last && last.mac !== mac)
      jumps.push(Math.abs(((tsval - last.tsval) | 0) - (timeNs - last.timeNs) / 1e6));
    last = { mac, tsval, timeNs };
  });
  return jumps;
}

const moduleEvent = z.looseObject({ event: z.literal('module'), counters: z.string() });

async function countersOf(folder: string, machine: string, role: string): Promise<Measures> {
  const told = eventsOf(await eventText(folder, machine), moduleEvent).at(-1)?.counters ?? '';
  const lines = told.split('\n').map((line) => /^(\w+) (\d+)$/.exec(line));
  return Object.fromEntries(
    lines.flatMap((match) => (match ? [[`${role}_${match[1]}`, Number(match[2])]] : [])),
  );
}
