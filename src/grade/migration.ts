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
 * migrating end went ahead of time, or below zero fell behind it, where they changed machines (modulo 2^32: RFC 7323,
 * 5.2); `sacks_after` and `dsacks_after`, segments of the destination within 300 ms that report a gap in what it has, or
 * something that it got twice; and the module's counters, as `origin_NAME` and `destination_NAME` of the first migration's nodes.
 */
export async function measureMigration(folder: string): Promise<Measures[]> {
  const cell = await readSpec(folder);
  const { rows } = await analyseFolder(folder, cell);
  const moves = await takeOvers(join(folder, cell.capture.file), cell).catch((): TakeOver[] => []);
  const [origin = '', destination = ''] = cell.nodes.map(({ name }) => name);
  const counters = {
    ...(await countersOf(folder, origin, 'origin')),
    ...(await countersOf(folder, destination, 'destination')),
  };
  return rows.map((row, index) => ({ ...row, ...(moves[index] ?? {}), ...counters }));
}

/** What the first segments of a machine that takes over show. */
interface TakeOver {
  ts_jump_ms: number;
  sacks_after: number;
  dsacks_after: number;
}

const AFTER_NS = 300e6;

/** At each change of the source's machine, in order. */
async function takeOvers(path: string, { peer }: CellFile): Promise<TakeOver[]> {
  const address = parseIpv4(peer.public_address);
  const found: TakeOver[] = [];
  let last: { mac: number; tsval: number; timeNs: number } | undefined;
  let endNs = 0;
  await readCaptureFile(path, (segment, verdict) => {
    if (verdict !== 'tcp' || segment.tsval < 0) return;
    if (segment.destinationAddress !== address || segment.destinationPort !== peer.port) return;
    const { sourceMac: mac, tsval, timeNs } = segment;
    if (last && last.mac !== mac) {
      const jump = ((tsval - last.tsval) | 0) - (timeNs - last.timeNs) / 1e6;
      found.push({ ts_jump_ms: jump, sacks_after: 0, dsacks_after: 0 });
      endNs = timeNs + AFTER_NS;
    }
    last = { mac, tsval, timeNs };
    const now = found.at(-1);
    if (!now || timeNs > endNs || segment.sackBlocks === 0) return;
    // RFC 2883: a first block that is acknowledged already is of something that came twice.
    if ((((segment.sackEdges[1] ?? 0) - segment.ack) | 0) <= 0) now.dsacks_after++;
    else now.sacks_after++;
  });
  return found;
}

const moduleEvent = z.looseObject({ event: z.literal('module'), counters: z.string() });

async function countersOf(folder: string, machine: string, role: string): Promise<Measures> {
  const told = eventsOf(await eventText(folder, machine), moduleEvent).at(-1)?.counters ?? '';
  const lines = told.split('\n').map((line) => /^(\w+) (\d+)$/.exec(line));
  return Object.fromEntries(
    lines.flatMap((match) => (match ? [[`${role}_${match[1]}`, Number(match[2])]] : [])),
  );
}
