// SPDX-License-Identifier: GPL-2.0-only
import type { Report } from '../image/report.ts';
import { clockHere } from '../run/clock.ts';
import { prepareGround } from '../run/ground.ts';
import type { Assignment, Check } from '../spec/assignment.ts';
import { topologyPath } from '../spec/catalogue.ts';
import { readTopology } from '../spec/topology.ts';
import type { Grading } from './grade.ts';
import { type PlannedCheck, planChecks, topologyName } from './plan.ts';

/** All checks of an assignment, or some of them, as a seed has them. */
export async function plannedFor(
  assignment: Assignment,
  seed: string,
  only: (check: Check) => boolean = () => true,
): Promise<PlannedCheck[]> {
  const topology = await readTopology(topologyPath(topologyName));
  return planChecks(assignment, topology, seed, only);
}

/**
 * Builds or finds all that checks run on. They run on the virtual clock: the same seed, the same mark.
 *
 * @throws Fault (69) when the virtual clock is not to be had here
 */
export async function openGrading(
  assignment: Assignment,
  report: Report,
  signal: AbortSignal,
): Promise<Grading> {
  const { image } = await readTopology(topologyPath(topologyName));
  const ground = await prepareGround(image, report, undefined, signal);
  await clockHere('virtual', ground);
  return { assignment, stand: { ground, wallS: assignment.limits.run_s, signal }, report };
}
