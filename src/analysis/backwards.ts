// SPDX-License-Identifier: GPL-2.0-only
import type { Segment } from '../pcap/segment.ts';

export interface Backwards {
  seq: boolean;
  ack: boolean;
  timestamp: boolean;
}

const REMEMBERED_TICKS = 4096;

/**
 * Watches the migrating endpoint for state that is older than what it has shown before:
 *
 * - acknowledgement: lower than one that it sent earlier;
 * - timestamp: TSval before (mod 2^32) the highest that it sent earlier (RFC 7323 §5.2: the peer would discard it);
 * - sequence: it sends what it must know to be acknowledged. It knows of an acknowledgement when it echoes (TSecr) a
 *   timestamp of the peer that is later than that of the segment which carried it. A segment with payload must then end
 *   above that acknowledgement; one without may start one below it (a window probe or keep-alive repeats the last byte).
 *
 * Legitimate retransmissions, also of what was acknowledged while they were under way, are none of these.
 */
export class BackwardsWatch {
  private highestAck = Number.NEGATIVE_INFINITY;
  private highestTsval = -1;
  private readonly ticks: { tsval: number; acked: number }[] = [];
  private newest = -1;
  private readonly result: Backwards = { seq: false, ack: false, timestamp: false };

  /** A segment of the peer that acknowledges up to `acked` (unwrapped). */
  peerAcknowledged(tsval: number, acked: number): void {
    if (tsval < 0) return;
    const last = this.ticks[this.newest];
    if (last !== undefined && last.tsval === tsval) last.acked = Math.max(last.acked, acked);
    else if (last === undefined || later(tsval, last.tsval)) {
      this.newest = (this.newest + 1) % REMEMBERED_TICKS;
      this.ticks[this.newest] = { tsval, acked: Math.max(acked, last?.acked ?? acked) };
    }
  }

  /** A segment of the node; `start` and `acked` unwrapped. The result is reused. RST and SYN are not to be passed. */
  nodeSent(segment: Segment, start: number, acked: number): Readonly<Backwards> {
    const { result } = this;
    result.ack = acked < this.highestAck;
    this.highestAck = Math.max(this.highestAck, acked);
    result.timestamp =
      this.highestTsval >= 0 && segment.tsval >= 0 && later(this.highestTsval, segment.tsval);
    if (segment.tsval >= 0 && !result.timestamp) this.highestTsval = segment.tsval;
    const known = segment.tsecr < 0 ? Number.NEGATIVE_INFINITY : this.knownAcknowledged(segment.tsecr);
    result.seq = segment.payloadLength > 0 ? start + segment.payloadLength <= known : start < known - 1;
    return result;
  }

  /** The highest acknowledgement that the peer sent with a timestamp before `tsecr`. */
  private knownAcknowledged(tsecr: number): number {
    for (let back = 0; back < this.ticks.length; back++) {
      const tick = this.ticks[(this.newest - back + REMEMBERED_TICKS) % REMEMBERED_TICKS];
      if (tick !== undefined && later(tsecr, tick.tsval)) return tick.acked;
    }
    return Number.NEGATIVE_INFINITY;
  }
}

/** a is after b on a 32-bit circle. */
const later = (a: number, b: number) => ((a - b) | 0) > 0;
