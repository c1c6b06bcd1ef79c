// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { CaptureWriter } from './capture-writer.ts';
import { type Side, Template } from './frames.ts';

const node: Side = { mac: '52:54:00:4d:00:01', address: '10.77.0.1', port: 23456 };
const peer: Side = { mac: '52:54:00:4d:00:64', address: '10.77.0.100', port: 5000 };
const machines = [
  { name: 'node-a', public_mac: '52:54:00:4d:00:01', private_address: '10.77.1.1', clockUs: 100_000_000 },
  { name: 'node-b', public_mac: '52:54:00:4d:00:02', private_address: '10.77.1.2', clockUs: 200_000_000 },
] as const;
/** Each round trip of the pattern: 16 segments of the node, 8 acknowledgements, a segment of the peer and its own. */
const PAYLOAD = 1448;
const FRAME_US = 100;
/** Freezes on the capture's clock: the smallest capture has room for three, and a larger one has as many. */
const FREEZES_US = [1_500_000, 4_000_000, 6_000_000];
const FROZEN_US = 40_000;
/** After so much the event loop has a turn, for an interruption. */
const PAUSE_BYTES = 10_000_000;

/**
 * Writes a cell whose capture has about `bytes`: one connection in both directions, with timestamps, over three
 * migrations, and all that makes the analysis judge these valid. From 10 MB on.
 */
export async function writeCell(dir: string, bytes: number, signal: AbortSignal): Promise<void> {
  mkdirSync(dir);
  writeFileSync(join(dir, 'cell.json'), JSON.stringify(cellFile()));
  const lines: Record<string, object[]> = { 'node-a': [], 'node-b': [], peer: [peerEnd] };
  FREEZES_US.forEach((freezeUs, index) => {
    lines[machines[index % 2]?.name ?? '']?.push(migration(index, freezeUs));
    lines[machines[(index + 1) % 2]?.name ?? '']?.push(...stay(index, freezeUs + FROZEN_US));
  });
  lines[machines[FREEZES_US.length % 2]?.name ?? '']?.push(workload('workload-end', 9_000_000_000, 99));
  for (const [machine, events] of Object.entries(lines))
    writeFileSync(
      join(dir, `${machine}.events.jsonl`),
      events.map((event) => `${JSON.stringify(event)}\n`).join(''),
    );
  using capture = new CaptureWriter(join(dir, 'public.pcap'));
  await writeTraffic(capture, bytes, signal);
}

async function writeTraffic(capture: CaptureWriter, bytes: number, signal: AbortSignal): Promise<void> {
  const fromNode = { data: Template.tcp(node, peer, PAYLOAD), ack: Template.tcp(node, peer, 0) };
  const fromPeer = { data: Template.tcp(peer, node, PAYLOAD), ack: Template.tcp(peer, node, 0) };
  const state = { timeUs: 0, nodeSeq: 0xfff00000, peerSeq: 0x70000000, moves: 0 };
  const send = (template: Template, payload: number, isNode: boolean) => {
    const ticks = Math.floor(state.timeUs / 1000);
    if (isNode) template.setNumbers(state.nodeSeq, state.peerSeq, 5_000_000 + ticks, 9_000_000 + ticks);
    else template.setNumbers(state.peerSeq, state.nodeSeq, 9_000_000 + ticks, 5_000_000 + ticks);
    capture.write(template, state.timeUs);
    if (isNode) state.nodeSeq += payload;
    else state.peerSeq += payload;
    state.timeUs += FRAME_US;
  };
  send(Template.tcp(node, peer, 0, 0x02), 1, true);
  send(Template.tcp(peer, node, 0, 0x12), 1, false);
  let pauseAt = PAUSE_BYTES;
  while (capture.bytes < bytes) {
    if (capture.bytes >= pauseAt) {
      await setImmediate(undefined, { signal });
      pauseAt += PAUSE_BYTES;
    }
    for (let pair = 0; pair < 8; pair++) {
      send(fromNode.data, PAYLOAD, true);
      send(fromNode.data, PAYLOAD, true);
      send(fromPeer.ack, 0, false);
    }
    send(fromPeer.data, PAYLOAD, false);
    send(fromNode.ack, 0, true);
    const freezeUs = FREEZES_US[state.moves] ?? Number.POSITIVE_INFINITY;
    if (state.timeUs < freezeUs) continue;
    for (const machine of machines) state.timeUs = writeMark(capture, machine, state.timeUs);
    state.timeUs = freezeUs + FROZEN_US;
    const { public_mac } = machines[++state.moves % 2] ?? machines[0];
    for (const template of Object.values(fromNode)) template.setMac(public_mac);
  }
}

function writeMark(capture: CaptureWriter, machine: (typeof machines)[number], timeUs: number): number {
  const from = { mac: machine.public_mac, address: node.address, port: 40000 };
  const text = `miglab-mark ${machine.name} 1 ${(machine.clockUs + timeUs) * 1000}`;
  capture.write(Template.udp(from, { ...peer, port: 9 }, text), timeUs);
  return timeUs + FRAME_US;
}

/** Times of the origin's clock, and of the destination's. */
function migration(index: number, freezeUs: number): object {
  const [from, to] = [machines[index % 2] ?? machines[0], machines[(index + 1) % 2] ?? machines[1]];
  const on = ({ clockUs }: { clockUs: number }, us: number) => (clockUs + us) * 1000;
  return {
    ...{ event: 'migration', t_ns: on(from, freezeUs + FROZEN_US), pid: 321, status: 'ok', threads: 4 },
    ...{ to: to.private_address, begin_ns: on(from, freezeUs - 10_000), freeze_ns: on(from, freezeUs) },
    ...{ image_ns: on(from, freezeUs + 20_000), sockets_ns: on(from, freezeUs + 30_000) },
    ...{ resumed_ns: on(from, freezeUs + FROZEN_US - 1000), end_ns: on(from, freezeUs + FROZEN_US) },
    ...{ bytes: 5_100_000, destination: { resumed_ns: on(to, freezeUs + FROZEN_US - 1000) } },
    connections: [{ laddr: node.address, lport: node.port, raddr: peer.address, rport: peer.port }],
  };
}

/** What the process says after a move, each time with another whole pass over its memory. */
const stay = (index: number, resumedUs: number): object[] =>
  [1, 2, 3, 4].map((quarter) => {
    const clockUs = machines[(index + 1) % 2]?.clockUs ?? 0;
    return workload('workload', (clockUs + resumedUs + quarter * 250_000) * 1000, 4 * index + quarter);
  });

const workload = (event: string, t_ns: number, mem_passes: number) => ({
  ...{ event, t_ns, pid: 321, rx_wrong: 0, mem_mb: 5, mem_passes, mem_wrong: 0 },
});

const peerEnd = { event: 'peer-end', t_ns: 1, rx_wrong: 0, rx_missing: 0 };

const cellFile = () => ({
  ...{ version: 1, cell: 'bench', attempt: 1, seed: 1, engine: 'tcpmig', clock: 'real', image_mb: 5 },
  ...{ role: 'duplex', rate_mb_s: 8, peer_rate_mb_s: 0.5, repetitions: FREEZES_US.length },
  nodes: machines.map(({ clockUs, ...machine }) => ({ ...machine, public_address: node.address })),
  peer: { name: 'peer', public_mac: peer.mac, public_address: peer.address, port: peer.port },
  capture: { file: 'public.pcap', dropped: 0 },
});
