// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { parseIpv4 } from '../pcap/address.ts';
import { readCaptureFile } from '../pcap/capture-file.ts';
import { type Segment, TcpFlag } from '../pcap/segment.ts';
import { BackwardsWatch } from './backwards.ts';
import { ByteStream } from './byte-stream.ts';
import { Closing } from './closing.ts';

const count = z.number();

/** What tcpcp prints at the origin of a pass. */
const passSchema = z.object({
  event: z.literal('pass'),
  machine: z.string(),
  peer: z.string(),
  status: z.enum(['passed', 'kept', 'in-doubt']),
  reason: z.string(),
  /** Bytes that the peer was sent, and sent, before. */
  served: count,
  received: count,
  state_bytes: count,
  /** From the freeze until the origin knows that it goes on at the destination. */
  frozen_us: count,
  /** Segments that arrived meanwhile: kept by the destination, given to the socket, and lost. */
  captured: count,
  reinjected: count,
  dropped: count,
});
const arrivedSchema = z.object({
  ...{ event: z.literal('arrived'), machine: z.string(), peer: z.string() },
  ...{ served: count, received: count, passes: count },
});
const endSchema = z.object({
  ...{ event: z.literal('end'), machine: z.string(), peer: z.string() },
  ...{ served: count, received: count, wrong: count, passes: count, state: z.string() },
});
const peerSchema = z.object({
  event: z.literal('peer'),
  ...{ port: count, sent: count, received: count, wrong: count, state: z.string() },
});
const kernelSchema = z.object({ event: z.literal('kernel'), machine: z.string(), modules: z.string() });

const eventSchema = z.discriminatedUnion('event', [
  passSchema,
  arrivedSchema,
  endSchema,
  peerSchema,
  kernelSchema,
]);
type Event = z.infer<typeof eventSchema>;
type Pass = Omit<z.infer<typeof passSchema>, 'event'> & { to: string };

/** A connection, from its first byte to its last, whoever served it. */
interface PassedConnection {
  port: number;
  passes: number;
  /** Bytes, as the peer counts them. */
  sent: number;
  received: number;
  /** Why it is not whole; empty when it is. */
  problem: string;
}

/** What the peer's wire showed of a connection. */
export interface Judged {
  /** Segments of the nodes that were judged. */
  segments: number;
  resets: number;
  /** Acknowledgement, timestamp or sequence number before one that was sent earlier. */
  backwards: number;
  /** Handshakes: one, or it was opened again. */
  opened: number;
}

/** One of a paper's claims, and what was found. */
interface Finding {
  claim: string;
  holds: boolean;
  evidence: string;
}

export interface Passing {
  passes: Pass[];
  connections: PassedConnection[];
  findings: Finding[];
}

/** The events among a machine's lines. Pure. */
export const passingEvents = (text: string): Event[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .flatMap((line) => eventSchema.safeParse(JSON.parse(line)).data ?? []);

const of = <K extends Event['event']>(events: readonly Event[], kind: K) =>
  events.filter((each): each is Extract<Event, { event: K }> => each.event === kind);

/** What the machines said, and what the wire showed, made into passes, connections and findings. Pure. */
export function judgePassing(events: readonly Event[], wire: ReadonlyMap<number, Judged>): Passing {
  const arrivals = of(events, 'arrived');
  const passes = of(events, 'pass').map(({ event: _, ...pass }) => ({
    ...pass,
    to: arrivals.find((each) => each.peer === pass.peer && each.served === pass.served)?.machine ?? '',
  }));
  const ends = of(events, 'end');
  const connections = of(events, 'peer').map((peer) => {
    const served = ends.filter((end) => portOf(end.peer) === peer.port);
    const [end] = served;
    return {
      ...{ port: peer.port, sent: peer.sent, received: peer.received, passes: end?.passes ?? 0 },
      problem: problemOf(peer, served),
    };
  });
  return { passes, connections, findings: findingsOf(events, passes, connections, wire) };
}

const portOf = (end: string) => Number(end.split(':').at(-1));

function problemOf(peer: z.infer<typeof peerSchema>, served: readonly z.infer<typeof endSchema>[]): string {
  const [end, other] = served;
  if (!end) return 'no server has ended it';
  if (other) return 'two servers have ended it';
  if (peer.wrong + end.wrong > 0) return `${peer.wrong} wrong bytes at the peer, ${end.wrong} at the server`;
  if (peer.state !== 'eof' || end.state !== 'done')
    return `${peer.state} at the peer, ${end.state} at the server`;
  if (peer.received !== end.served) return `${end.served} bytes served, ${peer.received} received`;
  if (peer.sent !== end.received) return `${peer.sent} bytes sent, ${end.received} received`;
  return '';
}

/** The claims of tcpcp's paper (§1), by their names in its claims.yml. */
function findingsOf(
  events: readonly Event[],
  passes: readonly Pass[],
  connections: readonly PassedConnection[],
  wire: ReadonlyMap<number, Judged>,
): Finding[] {
  const judged = [...wire.values()];
  const sum = (value: (each: Judged) => number) => judged.reduce((all, each) => all + value(each), 0);
  const modules = of(events, 'kernel').flatMap((each) => each.modules.split(' ').filter(Boolean));
  const whole = connections.filter(({ problem }) => problem === '').length;
  const [opened, resets] = [sum((each) => each.opened), sum((each) => each.resets)];
  const backwards = sum((each) => each.backwards);
  const during = passes.filter(({ captured }) => captured > 0).length;
  const lost = passes.reduce((all, { dropped }) => all + dropped, 0);
  const moved = passes.length > 0 && passes.every(({ status }) => status === 'passed');
  return [
    {
      claim: 'peer-unmodified',
      holds: moved && modules.length > 0 && !modules.includes('tcpmig'),
      evidence: `the peer runs the distributor's kernel; its modules are ${modules.join(', ')}`,
    },
    {
      claim: 'connection-not-interrupted',
      holds: moved && whole === connections.length && opened === connections.length && resets === 0,
      evidence: `${whole} of ${connections.length} connections whole, ${opened} handshakes, ${resets} resets`,
    },
    {
      claim: 'peer-goes-on-sending',
      holds: moved && during > 0 && lost === 0,
      evidence: `segments of the peer arrived during ${during} of ${passes.length} passes; ${lost} lost`,
    },
    {
      claim: 'nothing-contradictory',
      holds: moved && backwards === 0 && sum((each) => each.segments) > 0,
      evidence: `${sum((each) => each.segments)} segments judged, ${backwards} that go back`,
    },
  ];
}

/** Judges the nodes' segments in the peer's capture, by the peer's port. */
export async function judgeWire(path: string, peer: string): Promise<Map<number, Judged>> {
  const address = parseIpv4(peer);
  const watches = new Map<number, Watch>();
  await readCaptureFile(path, (segment, verdict) => {
    if (verdict !== 'tcp') return;
    const byPeer = segment.sourceAddress === address;
    const port = byPeer ? segment.sourcePort : segment.destinationPort;
    const watch = watches.get(port) ?? new Watch();
    watches.set(port, watch);
    watch.observe(segment, byPeer);
  });
  return new Map([...watches].map(([port, { judged }]) => [port, judged]));
}

class Watch {
  readonly judged: Judged = { segments: 0, resets: 0, backwards: 0, opened: 0 };
  /** Initial sequence numbers: an answer that is sent again is not another. */
  private readonly handshakes = new Set<number>();
  private readonly streams = { node: new ByteStream(), peer: new ByteStream() };
  private readonly backwards = new BackwardsWatch();
  private readonly closing = new Closing();

  observe(segment: Segment, byPeer: boolean): void {
    if (!byPeer) this.judged.segments++;
    if (segment.flags & TcpFlag.rst) {
      if (!this.closing.isOver) this.judged.resets++;
      return;
    }
    this.closing.observe(segment, byPeer ? 'peer' : 'node');
    const [own, other] = byPeer
      ? [this.streams.peer, this.streams.node]
      : [this.streams.node, this.streams.peer];
    own.send(segment);
    if ((segment.flags & TcpFlag.ack) === 0) return;
    const acked = other.acknowledge(segment.ack);
    if (segment.flags & TcpFlag.syn) this.judged.opened = this.handshakes.add(segment.seq).size;
    if (byPeer) this.backwards.peerAcknowledged(segment.tsval, acked);
    else if (
      (segment.flags & TcpFlag.syn) === 0 &&
      Object.values(this.backwards.nodeSent(segment, own.start, acked)).some(Boolean)
    )
      this.judged.backwards++;
  }
}
