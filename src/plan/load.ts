// SPDX-License-Identifier: GPL-2.0-only
import type { CellPlan } from './experiment.ts';
import { addressOn, type LabPlan } from './lab.ts';

/** Port of the peer that the migrating process is connected to, unless its cell says another. */
export const peerPort = 5000;

export const peerOf = (lab: LabPlan) => lab.machines.find(({ role }) => role === 'peer')?.name ?? '';

/** Where the peer listens. */
const target = (lab: LabPlan, port: number) => `${addressOn(lab, peerOf(lab), lab.cluster.wire)}:${port}`;

/** The peer's side of a cell's traffic: a command of a scenario. Its events go to `log`. */
export const peerProgram = (
  lab: LabPlan,
  cell: CellPlan,
  log: string,
  port = cell.peerPort ?? peerPort,
): string => `workload peer --listen ${target(lab, port)} ${traffic(cell, cell.peerRateMbS)} --log ${log}`;

/** The process that migrates, with what it says of itself in `errors`. */
export function nodeProgram(
  lab: LabPlan,
  cell: CellPlan,
  log: string,
  errors: string,
  port = cell.peerPort ?? peerPort,
): string {
  const buffer = cell.rcvbuf > 0 ? ` --rcvbuf ${cell.rcvbuf}` : '';
  const program = `workload --connect ${target(lab, port)} --image-mb ${cell.imageMb} --verify-every ${passS(cell)} ${traffic(cell, cell.rateMbS)}${buffer} --log ${log}`;
  return `cr_run ${program} > /dev/null 2> ${errors} < /dev/null`;
}

/** A pass over the memory costs the node's processor less than a twentieth, and a boot waits for three of them. */
const passS = ({ clock, intervalS }: CellPlan) => (clock === 'real' ? 2 * intervalS : intervalS);

/** Events are as frequent as the intervals are short. */
const traffic = ({ role, seed, intervalS }: CellPlan, rate: number) =>
  `--role ${role} --rate ${rate} --seed ${seed} --report-ms ${Math.round(intervalS * 250)}`;
