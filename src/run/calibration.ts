// SPDX-License-Identifier: GPL-2.0-only
import { endsOf, type Load, pingFrameBytes, wireOf } from '../plan/calibration.ts';
import type { LabPlan } from '../plan/lab.ts';
import { payloadRate, roundTripNs } from '../plan/wire-model.ts';

/** What the lab's machines and the capture of the cluster's wire told. */
export interface Calibration {
  /** By wire; ns. */
  roundTrips: Record<string, { leastNs: number; meanNs: number }>;
  /** Payload of the node's and of the peer's stream, bytes/s. */
  rates: Record<Load, { fromNode: number; fromPeer: number }>;
  /** By machine: the share of the time in which its processor was not idle. */
  busy: Record<Load, Record<string, number>>;
}

/** A quantity beside what the wire's parameters say; `least` and `most` are what it may be. */
export interface Check {
  name: string;
  unit: 'ns' | 'bytes/s';
  /** Of the wire alone. */
  expected: number;
  measured: number;
  least: number;
  most: number;
  good: boolean;
}

/**
 * Instructions that the kernel of each machine may take for a ping and its answer, interrupts and the card's timer
 * included: with 6.12 about 40,000.
 */
const MOST_INSTRUCTIONS = 60_000;
/** Of the payload that full frames carry. */
const LEAST_SHARE = 0.99;
/** A window of traffic begins and ends within a frame, or within what a card holds. */
const MOST_SHARE = 1.002;

/** Compares what was measured with what the plan's wires are meant to give. Pure. */
export function judge(lab: LabPlan, { roundTrips, rates }: Calibration): Check[] {
  const cluster = wireOf(lab, lab.cluster.wire);
  const rate = payloadRate(cluster);
  return [
    ...lab.wires.map((wire) => {
      const { from, to } = endsOf(lab, wire);
      const least = roundTripNs(wire, pingFrameBytes);
      const most = least + MOST_INSTRUCTIONS * (from.instructionNs + to.instructionNs);
      const { leastNs = Number.NaN, meanNs = Number.NaN } = roundTrips[wire.name] ?? {};
      const name = `ping on ${wire.name}, ${from.name} and ${to.name}`;
      const good = leastNs >= least && meanNs <= most;
      return { name, unit: 'ns' as const, expected: least, measured: meanNs, least, most, good };
    }),
    checkRate(`one direction on ${cluster.name}`, rate, rates.source.fromNode),
  ];
}

function checkRate(name: string, expected: number, measured: number): Check {
  const [least, most] = [LEAST_SHARE * expected, MOST_SHARE * expected];
  const good = measured >= least && measured <= most;
  return { name, unit: 'bytes/s', expected, measured, least, most, good };
}
