// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CellFile } from '../../../src/analysis/cell-file.ts';
import { type EditableFrame, pcapBytes, readFixture } from '../pcap/pcap-bytes.ts';

/**
 * A cell with two migrations whose times are known exactly, made from a real capture (duplex.pcap): from FIRST_MOVE on
 * the client's frames carry node-b's MAC, from SECOND_MOVE on node-a's again; everything after each is GAP later.
 */
export const S = 1e9;
export const MS = 1e6;
const FIRST_MOVE = 4 * S;
const SECOND_MOVE = 8 * S;
const GAP = 70 * MS;
/** capture time = machine's time + offset; the capture's second 0 is second 100 on node-a, 5000 on node-b. */
const OFFSETS = { 'node-a': -100 * S, 'node-b': -5000 * S };

export const MAC = {
  'node-a': '52:54:00:4d:00:01',
  'node-b': '52:54:00:4d:00:02',
  peer: '52:54:00:4d:00:64',
};
const CLIENT = '10.77.0.1';

/** Machine's time of an instant on the capture's clock. */
export const on = (machine: 'node-a' | 'node-b', captureNs: number) => captureNs - OFFSETS[machine];

export const spec: CellFile = {
  ...{ version: 1, cell: 'duplex', attempt: 1, seed: 7, engine: 'tcpmig', clock: 'real', image_mb: 5 },
  ...{ role: 'duplex', rate_mb_s: 0.022, peer_rate_mb_s: 0.0154, interval_s: 1, repetitions: 2 },
  nodes: [
    {
      name: 'node-a',
      public_mac: MAC['node-a'],
      public_address: '10.77.0.1',
      private_address: '10.77.1.1',
    },
    {
      name: 'node-b',
      public_mac: MAC['node-b'],
      public_address: '10.77.0.1',
      private_address: '10.77.1.2',
    },
  ],
  peer: { name: 'peer', public_mac: MAC.peer, public_address: '10.77.0.100', port: 5000 },
  capture: { file: 'public.pcap' },
};

type Event = Record<string, unknown>;
export interface MigratedCell {
  frames: EditableFrame[];
  events: Record<'node-a' | 'node-b' | 'peer', Event[]>;
}

const isIpv4From = (frame: EditableFrame, address: string): boolean =>
  frame.bytes.readUInt16BE(12) === 0x0800 &&
  frame.bytes.subarray(26, 30).equals(Buffer.from(address.split('.').map(Number)));

/** A segment of the migrating endpoint. */
export const isClient = (frame: EditableFrame) => isIpv4From(frame, CLIENT) && frame.bytes[23] === 6;
/** Ethernet 14, IPv4 20, TCP 32 (timestamps) without payload. */
export const hasPayload = (frame: EditableFrame) => frame.length > 66;

export async function migratedCell(): Promise<MigratedCell> {
  const original = await readFixture('duplex.pcap');
  const moved = original.map((frame) => moveFrame(frame));
  const port = moved.find(isClient)?.bytes.readUInt16BE(34);
  const marks = [
    mark('node-a', 1, 3.9 * S, 0),
    mark('node-a', 2, 4.2 * S, 3 * MS),
    mark('node-b', 2, 3.9 * S, 2 * MS),
    mark('node-b', 3, 4.3 * S, 0),
  ];
  const events = {
    'node-a': [
      migration('node-a', 'node-b', FIRST_MOVE, FIRST_MOVE + GAP, port),
      ...workload('node-a', SECOND_MOVE + 2 * GAP, 3),
    ],
    'node-b': [
      ...workload('node-b', FIRST_MOVE + GAP, 1),
      migration('node-b', 'node-a', SECOND_MOVE + GAP, SECOND_MOVE + 2 * GAP, port),
    ],
    peer: [{ event: 'peer-end', t_ns: 1, rx_wrong: 0, rx_missing: 0 }],
  };
  const last = events['node-a'].at(-1) as Event;
  events['node-a'].push({ ...last, event: 'workload-end', t_ns: on('node-a', 12.5 * S) });
  return { frames: inOrder([...moved, ...marks]), events };
}

export const inOrder = (frames: EditableFrame[]) => frames.sort((a, b) => a.timeNs - b.timeNs);

function moveFrame(frame: EditableFrame): EditableFrame {
  const moves = (frame.timeNs >= FIRST_MOVE ? 1 : 0) + (frame.timeNs >= SECOND_MOVE ? 1 : 0);
  if (moves === 1 && isClient(frame)) setSource(frame, MAC['node-b']);
  return { ...frame, timeNs: frame.timeNs + moves * GAP };
}

export function setSource(frame: EditableFrame, mac: string): void {
  Buffer.from(mac.replaceAll(':', ''), 'hex').copy(frame.bytes, 6);
}

function mark(machine: 'node-a' | 'node-b', id: number, sentNs: number, delayNs: number): EditableFrame {
  const text = Buffer.from(`miglab-mark ${machine} ${id} ${on(machine, sentNs)}`);
  const header = Buffer.from(
    '5254004d00645254004d0001080045000000000000004011000' + '00a4d00010a4d0064c0000009' + '00000000',
    'hex',
  );
  header.writeUInt16BE(28 + text.length, 16);
  header.writeUInt16BE(8 + text.length, 38);
  const bytes = Buffer.concat([header, text]);
  return { timeNs: sentNs + delayNs, bytes, length: bytes.length };
}

function migration(
  from: 'node-a' | 'node-b',
  to: 'node-a' | 'node-b',
  freeze: number,
  resumed: number,
  port?: number,
): Event {
  const connection = { fd: 5, laddr: CLIENT, lport: port, raddr: '10.77.0.100', rport: 5000 };
  return {
    ...{ event: 'migration', t_ns: on(from, resumed + 2 * MS), pid: 321, status: 'ok', threads: 4 },
    to: to === 'node-a' ? '10.77.1.1' : '10.77.1.2',
    ...{
      begin_ns: on(from, freeze - 10 * MS),
      freeze_ns: on(from, freeze),
      image_ns: on(from, freeze + 40 * MS),
    },
    ...{
      sockets_ns: on(from, freeze + 50 * MS),
      resumed_ns: on(from, resumed),
      end_ns: on(from, resumed + MS),
    },
    ...{ bytes: 5_100_000, destination: { resumed_ns: on(to, resumed) } },
    connections: [{ ...connection, captured: 3, duplicates: 1, reinjected: 2, dropped: 0, rcv_queue: 0 }],
  };
}

function workload(machine: 'node-a' | 'node-b', start: number, passes: number): Event[] {
  return [0, 1, 2, 3].map((index) => ({
    ...{ event: 'workload', t_ns: on(machine, start + (index + 1) * 250 * MS), pid: 321, rx_wrong: 0 },
    ...{ mem_mb: 5, mem_passes: passes + index, mem_wrong: 0 },
  }));
}

/** Writes the cell's files into a new folder. `cut`: bytes missing at the end of the capture. */
export function writeCell({ frames, events }: MigratedCell, cell = spec, cut = 0): string {
  const dir = mkdtempSync(join(tmpdir(), 'miglab-cell-'));
  const bytes = pcapBytes(frames);
  writeFileSync(join(dir, 'cell.json'), JSON.stringify(cell));
  writeFileSync(join(dir, 'public.pcap'), bytes.subarray(0, bytes.length - cut));
  for (const [machine, lines] of Object.entries(events))
    writeFileSync(
      join(dir, `${machine}.events.jsonl`),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
  return dir;
}
