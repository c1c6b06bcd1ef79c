// SPDX-License-Identifier: GPL-2.0-only
import { type Segment, TcpFlag } from '../pcap/segment.ts';

interface Hole {
  start: number;
  end: number;
  seenNs: number;
}

const MOST_HOLES = 1024;

/**
 * One direction of a connection as the capture shows it. Sequence numbers are unwrapped to doubles that count from the
 * first segment seen, so they never wrap. After `send`, `start`, `newBytes` and `retransmitted` describe that segment.
 */
export class ByteStream {
  /** One past the highest sequence number seen; SYN and FIN count one. */
  next = 0;
  start = 0;
  /** Payload bytes above everything sent before. */
  newBytes = 0;
  /** All or part of the payload lies below what had been sent before. */
  retransmitted = false;
  /** Bytes that the receiver acknowledged and the capture never showed: the capture lost frames. */
  lostByCapture = 0;
  private rawNext = -1;
  private holes: Hole[] = [];

  send(segment: Segment): void {
    const { flags, payloadLength } = segment;
    if (this.rawNext < 0) this.rawNext = segment.seq;
    const first = this.unwrap(segment.seq);
    this.start = first + (flags & TcpFlag.syn ? 1 : 0);
    const payloadEnd = this.start + payloadLength;
    const end = payloadEnd + (flags & TcpFlag.fin ? 1 : 0);
    this.retransmitted = payloadLength > 0 && this.start < this.next;
    this.newBytes = payloadLength > 0 ? Math.max(0, payloadEnd - Math.max(this.start, this.next)) : 0;
    if (payloadLength > 0) this.keepHoles(payloadEnd, segment.timeNs);
    if (end > this.next) this.advance(end);
  }

  /** The receiver's acknowledgement, unwrapped; notes what it says of bytes that were not captured. */
  acknowledge(ack: number): number {
    if (this.rawNext < 0) this.rawNext = ack;
    const acked = this.unwrap(ack);
    if (acked > this.next) {
      this.lostByCapture += acked - this.next;
      this.advance(acked);
    }
    while (this.holes[0] !== undefined && this.holes[0].start < acked) {
      const hole = this.holes[0];
      this.lostByCapture += Math.min(hole.end, acked) - hole.start;
      if (hole.end <= acked) this.holes.shift();
      else hole.start = acked;
    }
    return acked;
  }

  /** When the bytes that were skipped, and never sent or acknowledged later, were skipped (ns). */
  holesBefore(timeNs: number): number[] {
    return this.holes.filter((hole) => hole.seenNs < timeNs).map((hole) => hole.seenNs);
  }

  private keepHoles(end: number, timeNs: number): void {
    if (this.start > this.next) {
      if (this.holes.length < MOST_HOLES)
        this.holes.push({ start: this.next, end: this.start, seenNs: timeNs });
    } else if (this.holes.length > 0) {
      this.holes = this.holes.flatMap((hole) => without(hole, this.start, end));
    }
  }

  private unwrap(raw: number): number {
    return this.next + ((raw - this.rawNext) | 0);
  }

  private advance(end: number): void {
    this.rawNext = (this.rawNext + (end - this.next)) >>> 0;
    this.next = end;
  }
}

function without(hole: Hole, start: number, end: number): Hole[] {
  if (end <= hole.start || start >= hole.end) return [hole];
  const left = { ...hole, end: start };
  const right = { ...hole, start: end };
  return [left, right].filter((part) => part.start < part.end);
}
