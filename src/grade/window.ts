// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { z } from 'zod';
import { type Mark, mapClocks, readMark } from '../analysis/clock.ts';
import { Handshake } from '../analysis/connection.ts';
import { parseEvents } from '../analysis/events.ts';
import { WindowMedian } from '../analysis/window.ts';
import { parseIpv4 } from '../pcap/address.ts';
import { readCaptureFile } from '../pcap/capture-file.ts';
import { TcpFlag } from '../pcap/segment.ts';
import { addressOn, type LabPlan } from '../plan/lab.ts';
import { peerOf } from '../plan/load.ts';
import { eventsOf, eventText } from './event-lines.ts';
import type { Measures } from './mark.ts';
import type { WindowPlan } from './plan.ts';

const BEFORE_NS = 200e6;
/** What is under way when the window closes still arrives. */
const UNDER_WAY_NS = 5e6;
const OPEN_NS = 300e6;

const eventSchema = z.looseObject({
  event: z.literal('window'),
  what: z.enum(['close', 'open']),
  t_ns: z.int(),
});

interface Sent {
  timeNs: number;
  window: number;
}

/**
 * What the peer's card saw of a window that was closed and opened: `zero_after_ms`, from the call to the first window of
 * zero; `opened_early`, windows above zero while it was closed; `bytes_while_closed`, new ones, of the peer; `open_after_ms`;
 * `window_share`, the largest window afterwards, of the median before; `resumed_share` of the asked rate; and
 * `bytes_wrong` at both ends. What follows from a window of zero is not measured where none was announced.
 */
export async function measureWindow(lab: LabPlan, plan: WindowPlan, folder: string): Promise<Measures[]> {
  const node = lab.machines.find((each) => each.role === 'node')?.name ?? '';
  const ofNode = await eventText(folder, node);
  const ofPeer = await eventText(folder, peerOf(lab));
  const wire = await readWire(
    join(folder, `${lab.cluster.wire}.pcap`),
    addressOn(lab, peerOf(lab), lab.cluster.wire),
    plan.peerPort,
  ).catch(() => undefined);
  const told = eventsOf(ofNode, eventSchema);
  const offset = wire?.clocks.get(node)?.offsetNs;
  const at = (what: string) => {
    const event = told.find((each) => each.what === what);
    return event && offset !== undefined ? event.t_ns + offset : undefined;
  };
  const [close, open] = [at('close'), at('open')];
  const measured =
    wire && close !== undefined && open !== undefined ? judgeWindow(wire, plan, close, open) : nothing;
  return [{ ...measured, bytes_wrong: wrongBytes(ofNode, ofPeer) }];
}

interface Wire {
  node: Sent[];
  peer: { timeNs: number; bytes: number }[];
  scale: number | undefined;
  clocks: ReturnType<typeof mapClocks>;
}

async function readWire(path: string, peer: string, port: number): Promise<Wire> {
  const address = parseIpv4(peer);
  const marks: Mark[] = [];
  const handshake = new Handshake();
  const wire: Omit<Wire, 'scale' | 'clocks'> = { node: [], peer: [] };
  let highest: number | undefined;
  await readCaptureFile(path, (segment, verdict) => {
    const { timeNs, window, payloadLength } = segment;
    const mark = verdict === 'udp' ? readMark(segment) : undefined;
    if (mark && mark !== 'cut') marks.push(mark);
    if (verdict !== 'tcp') return;
    const fromNode = segment.destinationAddress === address && segment.destinationPort === port;
    const fromPeer = segment.sourceAddress === address && segment.sourcePort === port;
    if (!fromNode && !fromPeer) return;
    handshake.observe(fromNode ? 'node' : 'peer', segment);
    if (segment.flags & TcpFlag.syn) return; // Its window is never scaled.
    if (fromNode) wire.node.push({ timeNs, window });
    if (!fromPeer || payloadLength === 0) return;
    // What was under way when the window closed is thrown away, and tried again: a probe of a sort, and nothing new.
    const end = (segment.seq + payloadLength) | 0;
    const bytes = highest === undefined ? payloadLength : (end - highest) | 0;
    if (bytes <= 0) return;
    highest = end;
    wire.peer.push({ timeNs, bytes });
  });
  return { ...wire, scale: handshake.nodeScale(), clocks: mapClocks(marks) };
}

const nothing: Measures = {
  ...{ zero_after_ms: null, opened_early: null, bytes_while_closed: null, open_after_ms: null },
  ...{ window_share: null, resumed_share: null },
};

/** Times of the calls, and of the segments, on the capture's clock. Pure. */
export function judgeWindow(
  wire: Wire,
  plan: Pick<WindowPlan, 'rateMbS' | 'settleS'>,
  close: number,
  open: number,
): Measures {
  const within = (from: number, to: number) =>
    wire.node.filter(({ timeNs }) => timeNs >= from && timeNs < to);
  const zero = within(close, open).find(({ window }) => window === 0);
  if (!zero) return nothing;
  const before = new WindowMedian();
  for (const { window } of within(close - BEFORE_NS, close)) before.add(window);
  const opened = wire.node.find(({ timeNs, window }) => timeNs >= open && window > 0);
  const largest = Math.max(0, ...within(open, open + OPEN_NS).map(({ window }) => window));
  const bytes = (from: number, to: number) =>
    wire.peer.reduce((sum, each) => sum + (each.timeNs >= from && each.timeNs < to ? each.bytes : 0), 0);
  const usual = before.value();
  return {
    zero_after_ms: (zero.timeNs - close) / 1e6,
    opened_early: within(zero.timeNs, open).filter(({ window }) => window > 0).length,
    bytes_while_closed: bytes(zero.timeNs + UNDER_WAY_NS, open),
    open_after_ms: opened ? (opened.timeNs - open) / 1e6 : null,
    window_share: usual ? largest / usual : null,
    resumed_share: bytes(open, open + plan.settleS * 1e9) / (plan.rateMbS * 1e6 * plan.settleS),
  };
}

function wrongBytes(...logs: readonly string[]): number | null {
  const ends = logs
    .map(parseEvents)
    .flatMap(({ workload, peer }) => [...workload, ...peer])
    .filter(({ event }) => event.endsWith('-end'));
  return ends.length > 0 ? ends.reduce((sum, { rx_wrong }) => sum + rx_wrong, 0) : null;
}
