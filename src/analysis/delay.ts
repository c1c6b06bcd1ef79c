// SPDX-License-Identifier: GPL-2.0-only
import type { SourceRun } from './source-run.ts';

/** Nanoseconds between the origin's last segment and the destination's first at the peer (TCPmig §5): of any kind, with payload, pure ACKs. */
export interface Delays {
  any: number;
  payload: number | undefined;
  ack: number | undefined;
}

export function measureDelays(origin: SourceRun, destination: SourceRun): Delays {
  return {
    any: destination.first.any - origin.last.any,
    payload: between(origin.last.payload, destination.first.payload),
    ack: between(origin.last.ack, destination.first.ack),
  };
}

const between = (last: number | undefined, first: number | undefined) =>
  last === undefined || first === undefined ? undefined : first - last;
