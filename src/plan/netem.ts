// SPDX-License-Identifier: GPL-2.0-only
// Impairments on the real clock: sch_netem(8) in the machine that sends, one queueing discipline for each, in a chain.

import type { WireKind } from '../spec/impairment.ts';
import {
  bySender,
  isWireImpairment,
  leadNs,
  type PlannedImpairment,
  type WireImpairment,
} from './impairment.ts';
import type { LabPlan, MachinePlan } from './lab.ts';

/** Frames that wait: more than any delay that the lab is used with holds at 1 Gbit/s. */
const limit = 100_000;

interface Link {
  impairment: WireImpairment;
  /** Place in the chain of its card, from 1. */
  place: number;
}

/** What a machine does to its own frames, in order. */
function chains(lab: LabPlan, machine: MachinePlan, impairments: readonly PlannedImpairment[]): Link[] {
  const mine = impairments
    .filter(isWireImpairment)
    .map((each) => bySender(lab, each))
    .filter(
      ({ wire, from }) =>
        machine.nics.some((nic) => nic.wire === wire) && (from ?? machine.name) === machine.name,
    );
  return mine.map((impairment, index) => ({
    impairment,
    place: 1 + mine.slice(0, index).filter(({ wire }) => wire === impairment.wire).length,
  }));
}

/** Puts the chains in place; nothing happens to a frame yet. */
export function netemSetUp(
  lab: LabPlan,
  machine: MachinePlan,
  impairments: readonly PlannedImpairment[],
): string[] {
  const links = chains(lab, machine, impairments);
  if (links.length === 0) return [];
  return [
    `modprobe sch_netem || fail "the kernel of the image ${lab.image} has no sch_netem: no impairments on the real clock"`,
    ...links.map((link) => netem('add', link, '')),
  ];
}

/** What was done to frames, as the kernel counts it, for the cell's events. */
export function netemCounters(
  lab: LabPlan,
  machine: MachinePlan,
  impairments: readonly PlannedImpairment[],
): string[] {
  const wires = new Set(chains(lab, machine, impairments).map(({ impairment }) => impairment.wire));
  return [...wires].map((wire) => `say netem wire=${wire} "counters=$(tc -s qdisc show dev ${wire})"`);
}

/** From a zero on: begins and ends this machine's impairments at their times, beside the steps that follow. */
export function netemSchedule(
  lab: LabPlan,
  machine: MachinePlan,
  impairments: readonly PlannedImpairment[],
  zero: number,
): string[] {
  const lead = leadNs(impairments, zero);
  return chains(lab, machine, impairments)
    .filter(({ impairment }) => impairment.zero === zero)
    .map((link) => {
      const { kind, beginNs, endNs, values } = link.impairment;
      const begin = [`sleep ${seconds(beginNs + lead)}`, netem('change', link, parameters[kind].on(values))];
      const end =
        endNs === undefined
          ? []
          : [`sleep ${seconds(endNs - beginNs)}`, netem('change', link, parameters[kind].off)];
      return `{ ${[...begin, ...end].join('; ')}; } &`;
    });
}

export const seconds = (ns: number): string => (ns / 1e9).toFixed(6);

function netem(verb: 'add' | 'change', { impairment, place }: Link, what: string): string {
  const parent = place === 1 ? 'root' : `parent ${place - 1}:1`;
  const command = `tc qdisc ${verb} dev ${impairment.wire} ${parent} handle ${place}: netem limit ${limit}${what && ` ${what}`}`;
  return `${command} || fail "${impairment.kind} on ${impairment.wire}: tc refuses"`;
}

const nothingLost = 'loss 0%';
const atOnce = 'delay 0ns';

/** The part of netem's parameters, and that with which it does nothing. */
const parameters: Record<WireKind, { on: (values: Record<string, number>) => string; off: string }> = {
  loss: { on: ({ percent }) => `loss ${percent}%`, off: nothingLost },
  'burst-loss': {
    on: ({ good_to_bad, bad_to_good, loss_in_bad, loss_in_good }) =>
      `loss gemodel ${good_to_bad}% ${bad_to_good}% ${loss_in_bad}% ${loss_in_good}%`,
    off: nothingLost,
  },
  delay: { on: ({ time }) => `delay ${time}ns`, off: atOnce },
  // From nothing to the whole time, evenly.
  jitter: { on: ({ time = 0 }) => `delay ${Math.round(time / 2)}ns ${Math.round(time / 2)}ns`, off: atOnce },
  duplication: { on: ({ percent }) => `duplicate ${percent}%`, off: 'duplicate 0%' },
  // netem's percentage is that of the frames that are not held back.
  reordering: { on: ({ percent = 0, time }) => `delay ${time}ns reorder ${100 - percent}%`, off: atOnce },
  corruption: { on: ({ percent }) => `corrupt ${percent}%`, off: 'corrupt 0%' },
  rate: { on: ({ bandwidth }) => `rate ${bandwidth}bit`, off: 'rate 0bit' },
  cut: { on: () => 'loss 100%', off: nothingLost },
};

/** How the real clock's impairments are not what was asked for; empty when there are none. */
export function realClockNotes(impairments: readonly PlannedImpairment[]): string[] {
  const kinds = new Set(impairments.map(({ kind }) => kind));
  if (kinds.size === 0) return [];
  const special: [PlannedImpairment['kind'], string][] = [
    ['jitter', 'with jitter a frame may overtake another'],
    ['corruption', 'corruption may hit the Ethernet header, and of TCP only the headers'],
    ['rate', 'a rate acts where frames are sent, not at the port of a switch'],
  ];
  const more = special.filter(([kind]) => kinds.has(kind)).map(([, note]) => note);
  return [
    `Impairments on the real clock: netem in the machines that send; unseeded, and begun and ended within some 10 ms${more.map((note) => `; ${note}`).join('')}.`,
  ];
}
