// SPDX-License-Identifier: GPL-2.0-only
import { readCaptureFile } from '../pcap/capture-file.ts';
import { type Segment, TcpFlag } from '../pcap/segment.ts';
import { BackwardsWatch } from './backwards.ts';
import { ByteStream } from './byte-stream.ts';
import { type CellFile, intervalNs, verifying } from './cell-file.ts';
import { Closing } from './closing.ts';
import { type Endpoints, senderOf } from './connection.ts';
import { LongestGap } from './gap.ts';
import { IntervalRate, MedianRate } from './rate.ts';
import type { Survey } from './survey.ts';
import type { Move } from './timeline.ts';
import { WindowMetric } from './window.ts';

/** Traffic is not judged before this: slow start is no rate. */
const SLOW_START_NS = 200_000_000;

type Sender = 'node' | 'peer';

/** Metrics of one migration that need its place in time. */
export interface Observation {
  startNs: number;
  move: Move;
  gap: LongestGap;
  window: WindowMetric;
  before: Record<Sender, IntervalRate>;
  after: Record<Sender, IntervalRate>;
  retransmits: Record<Sender, number>;
}

/** What went wrong on the wire, counted to the migration that it followed (to the first, if it preceded all). */
export interface Incidents {
  rst: number;
  seq: number;
  ack: number;
  timestamp: number;
  lostByCapture: number;
}

export interface Observed {
  observations: Observation[];
  incidents: Incidents[];
  lab: Record<Sender, MedianRate>;
}

/** The second reading of the capture, with the migrations' places known. `moves` in order of time, all with a freeze. */
export async function observeCapture(
  path: string,
  ends: Endpoints,
  cell: CellFile,
  survey: Survey,
  moves: readonly Move[],
): Promise<Observed> {
  const observer = new Observer(cell, survey, moves);
  await readCaptureFile(
    path,
    (segment, verdict) => {
      const sender = verdict === 'tcp' ? senderOf(segment, ends) : undefined;
      if (sender !== undefined) observer.observe(segment, sender);
    },
    verifying(cell),
  );
  return observer.end(survey.capture.lastNs);
}

/** both[sender], which is a search by name, for what is asked several times a segment. */
const of = <T>(sender: Sender, both: Record<Sender, T>): T => (sender === 'node' ? both.node : both.peer);

class Observer {
  private readonly streams = { node: new ByteStream(), peer: new ByteStream() };
  private readonly backwards = new BackwardsWatch();
  private readonly closing = new Closing();
  private readonly observed: Observed;
  private readonly gapSender: Sender;
  private readonly intervalNs: number;
  private lostSoFar = 0;
  /** observations[from..to) are under way. */
  private from = 0;
  private to = 0;

  constructor(cell: CellFile, survey: Survey, moves: readonly Move[]) {
    const interval = intervalNs(cell);
    const observations = moves.map((move) => startObservation(move, interval));
    this.intervalNs = interval;
    const start = (survey.trafficStartNs ?? 0) + SLOW_START_NS;
    const end = Math.min(moves[0]?.freezeAt ?? start, survey.capture.lastNs);
    this.gapSender = cell.role === 'sink' ? 'peer' : 'node';
    this.observed = {
      observations,
      incidents: observations.map(() => ({ rst: 0, seq: 0, ack: 0, timestamp: 0, lostByCapture: 0 })),
      lab: { node: new MedianRate(start, end, interval), peer: new MedianRate(start, end, interval) },
    };
  }

  observe(segment: Segment, sender: Sender): void {
    this.follow(segment.timeNs);
    const incidents = this.incidentsAt();
    if (segment.flags & TcpFlag.rst) {
      if (incidents && !this.closing.isOver) incidents.rst++;
      return;
    }
    this.closing.observe(segment, sender);
    const stream = of(sender, this.streams);
    stream.send(segment);
    if (segment.flags & TcpFlag.ack) {
      const acked = of(sender === 'node' ? 'peer' : 'node', this.streams).acknowledge(segment.ack);
      if (sender === 'peer') this.backwards.peerAcknowledged(segment.tsval, acked);
      else if ((segment.flags & TcpFlag.syn) === 0) this.watch(segment, stream.start, acked, incidents);
    }
    if (incidents) this.countLost(incidents);
    this.measure(segment, sender, stream);
  }

  end(lastNs: number): Observed {
    const { observations, incidents } = this.observed;
    for (const skippedNs of this.streams.node.holesBefore(lastNs - this.intervalNs)) {
      const index = observations.findLastIndex(({ startNs }) => startNs <= skippedNs);
      const own = incidents[Math.max(0, index)];
      if (own) own.seq++;
    }
    return this.observed;
  }

  /** Keeps [from, to): an observation starts an interval before its freeze and ends where the next one is frozen. */
  private follow(timeNs: number): void {
    const { observations } = this.observed;
    while ((observations[this.to]?.startNs ?? Number.POSITIVE_INFINITY) <= timeNs) this.to++;
    while (this.from < this.to - 1 && timeNs >= (observations[this.from + 1]?.startNs ?? 0) + this.intervalNs)
      this.from++;
  }

  private incidentsAt(): Incidents | undefined {
    return this.observed.incidents[Math.max(0, this.to - 1)];
  }

  private watch(segment: Segment, start: number, acked: number, incidents: Incidents | undefined): void {
    const backwards = this.backwards.nodeSent(segment, start, acked);
    if (incidents === undefined) return;
    if (backwards.seq) incidents.seq++;
    if (backwards.ack) incidents.ack++;
    if (backwards.timestamp) incidents.timestamp++;
  }

  private countLost(incidents: Incidents): void {
    const lost = this.streams.node.lostByCapture + this.streams.peer.lostByCapture;
    incidents.lostByCapture += lost - this.lostSoFar;
    this.lostSoFar = lost;
  }

  private measure(segment: Segment, sender: Sender, stream: ByteStream): void {
    const { observations, lab } = this.observed;
    const { timeNs } = segment;
    if (stream.newBytes > 0) of(sender, lab).observe(timeNs, stream.newBytes);
    for (let index = this.from; index < this.to; index++) {
      const one = observations[index] as Observation;
      if (sender === 'node' && (segment.flags & TcpFlag.syn) === 0)
        one.window.observe(timeNs, segment.window, segment.sourceMac);
      if (segment.payloadLength === 0) continue;
      if (sender === this.gapSender) one.gap.observe(timeNs);
      of(sender, one.before).observe(timeNs, stream.newBytes);
      of(sender, one.after).observe(timeNs, stream.newBytes);
      if (stream.retransmitted && timeNs <= (one.move.destinationAt ?? 0) + this.intervalNs)
        one.retransmits[sender]++;
    }
  }
}

function startObservation(move: Move, interval: number): Observation {
  const freeze = move.freezeAt ?? 0;
  const destination = move.destinationAt ?? freeze;
  const startNs = freeze - interval;
  const rates = (start: number) => ({
    node: new IntervalRate(start, interval),
    peer: new IntervalRate(start, interval),
  });
  return {
    startNs,
    move,
    gap: new LongestGap(startNs, destination + interval),
    window: new WindowMetric(freeze, destination, move.originMac, interval),
    before: rates(startNs),
    after: rates(destination + interval),
    retransmits: { node: 0, peer: 0 },
  };
}
