// SPDX-License-Identifier: GPL-2.0-only
import {
  bySender,
  isWireImpairment,
  leadNs,
  type MachineFault,
  type PlannedImpairment,
  type WireImpairment,
} from './impairment.ts';
import type { LabPlan } from './lab.ts';

/** The impairments as the lockstep plugin reads them (lab/lockstep/impair_read.c). Pure. */
export const lockstepImpairments = (
  lab: LabPlan,
  impairments: readonly PlannedImpairment[],
  seed: number,
): string[] => [
  `seed ${seed}`,
  ...impairments.map((each) => {
    const lead = leadNs(impairments, each.zero);
    return isWireImpairment(each) ? impairLine(bySender(lab, each), lead) : faultLine(each, lead);
  }),
];

function impairLine(
  { kind, wire, from = '*', to = '*', zero, beginNs, endNs, values }: WireImpairment,
  lead: number,
): string {
  const end = endNs === undefined ? 'never' : endNs + lead;
  return [
    'impair',
    wire,
    from,
    to,
    zero,
    beginNs + lead,
    end,
    kind,
    ...Object.entries(values).map(inPlugin),
  ].join(' ');
}

const faultLine = ({ kind, machine, zero, beginNs, values }: MachineFault, lead: number): string =>
  ['fault', machine, zero, beginNs + lead, kind, ...Object.entries(values).map(inPlugin)].join(' ');

/** Chances are of a thousand million. */
const inPlugin = ([name, value]: [string, number]) =>
  name === 'time' || name === 'bandwidth' ? value : Math.round(value * 1e7);
