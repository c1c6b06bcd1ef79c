// SPDX-License-Identifier: GPL-2.0-only
import type { CellPlan } from './experiment.ts';
import { leadNs } from './impairment.ts';
import type { LabPlan, MachinePlan } from './lab.ts';
import { netemCounters, netemSchedule, netemSetUp, seconds } from './netem.ts';
import { guestFiles } from './script.ts';

/** The wire over which a machine tells the plugins; no experiment fills it. On the real clock nobody listens. */
const idleWire = 'control';
/** Barriers of zeros, above those of migrations. */
const firstBarrier = 100_000;

/** Before anything else that a machine does. Pure, as are all steps. */
export const prepareImpairments = (lab: LabPlan, machine: MachinePlan, cell: CellPlan): string[] =>
  cell.clock === 'real' ? netemSetUp(lab, machine, cell.impairments) : [];

/** After everything else. */
export const countImpairments = (lab: LabPlan, machine: MachinePlan, cell: CellPlan): string[] =>
  cell.clock === 'real' ? netemCounters(lab, machine, cell.impairments) : [];

/**
 * The zero from which impairments count, at `origin`; every machine takes part. The first of them may begin a while
 * before what follows at the origin.
 */
export function zeroSteps(
  lab: LabPlan,
  machine: MachinePlan,
  cell: CellPlan,
  zero: number,
  isOrigin: boolean,
): string[] {
  if (!cell.impairments.some((each) => each.zero === zero)) return [];
  const lead = leadNs(cell.impairments, zero);
  const wait = isOrigin && lead > 0 ? [`sleep ${seconds(lead)}`] : [];
  const said = isOrigin ? [`zero ${idleWire} ${zero} >> ${guestFiles.events}`] : [];
  if (cell.clock === 'virtual') return [...said, ...wait];
  return [
    // The traffic begins behind a barrier anyway.
    ...(zero > 0 ? [`barrier_at ${firstBarrier + zero} zero`] : []),
    ...said,
    ...netemSchedule(lab, machine, cell.impairments, zero),
    ...wait,
  ];
}
