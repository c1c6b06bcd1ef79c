// SPDX-License-Identifier: GPL-2.0-only
import type { Segment } from '../pcap/segment.ts';
import { isPureAck } from './connection.ts';

/** Segments of the migrating endpoint in a row with one source MAC: the time that one machine held the connection. */
export interface SourceRun {
  mac: number;
  first: Instants;
  last: Instants;
  /** TCP timestamps (TSval) of the run's first and last segment; -1 where a segment had none. */
  stamps: { first: number; last: number };
}

/** Times on the capture's clock, ns; undefined where there was no such segment. */
interface Instants {
  any: number;
  payload: number | undefined;
  ack: number | undefined;
}

/** Splits the migrating endpoint's segments into runs; a migration is the border between two. */
export class SourceRuns {
  readonly runs: SourceRun[] = [];
  private run: SourceRun | undefined;

  observe(segment: Segment): void {
    const { timeNs, sourceMac } = segment;
    let run = this.run;
    if (run === undefined || run.mac !== sourceMac) {
      const stamps = { first: segment.tsval, last: segment.tsval };
      run = { mac: sourceMac, first: instant(timeNs), last: instant(timeNs), stamps };
      this.run = run;
      this.runs.push(run);
    }
    run.last.any = timeNs;
    run.stamps.last = segment.tsval;
    if (segment.payloadLength > 0) {
      run.first.payload ??= timeNs;
      run.last.payload = timeNs;
    } else if (isPureAck(segment)) {
      run.first.ack ??= timeNs;
      run.last.ack = timeNs;
    }
  }
}

const instant = (any: number): Instants => ({ any, payload: undefined, ack: undefined });
