// SPDX-License-Identifier: GPL-2.0-only
import type { WirePlan } from './lab.ts';

/** Preamble and start of frame, check sequence, gap; and the least frame without them: as lab/lockstep/config.c counts. */
const OVERHEAD_BYTES = 8 + 4 + 12;
const LEAST_FRAME_BYTES = 60;
/** An Ethernet frame of 1500 bytes, and what TCP carries in it beside IP's header, its own and the time-stamp option. */
const FULL_FRAME_BYTES = 1514;
const FULL_PAYLOAD_BYTES = 1500 - 20 - 20 - 12;

/** ns that a cable is taken by a frame, which is given as QEMU sees it. */
const serialisationNs = ({ bandwidth }: WirePlan, frameBytes: number): number =>
  Math.ceil(((Math.max(frameBytes, LEAST_FRAME_BYTES) + OVERHEAD_BYTES) * 8e9) / bandwidth);

/**
 * ns that a frame and an answer of the same length spend on an idle wire of the virtual clock: the latency, and the time
 * that they take on the cable, on a broadcast wire again at the switch's output port. Pure.
 */
export const roundTripNs = (wire: WirePlan, frameBytes: number): number =>
  2 * (wire.latencyNs + serialisationNs(wire, frameBytes) * (wire.kind === 'broadcast' ? 2 : 1));

/** Bytes of a connection that a wire carries in a second, in full frames. Pure. */
export const payloadRate = (wire: WirePlan): number =>
  (wire.bandwidth / 8) * (FULL_PAYLOAD_BYTES / (FULL_FRAME_BYTES + OVERHEAD_BYTES));
