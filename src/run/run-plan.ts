// SPDX-License-Identifier: GPL-2.0-only
import { type CellPlan, type Clock, expectedSeconds, planCells } from '../plan/experiment.ts';
import { type LabPlan, planLab } from '../plan/lab.ts';
import type { Experiment } from '../spec/experiment.ts';
import type { Topology } from '../spec/topology.ts';

/** An experiment that says on which clock it runs. */
export type ClockedExperiment = Experiment & { clock: Clock };

export interface RunPlan {
  experiment: ClockedExperiment;
  /** The experiment's file, as the record names it. */
  file: string;
  topology: Topology;
  lab: LabPlan;
  cells: CellPlan[];
  /** Expected wall time, for the notice beforehand. */
  seconds: number;
}

/** What a run will do; pure, so that `--dry-run` can print it. */
export function planRun(experiment: ClockedExperiment, file: string, topology: Topology): RunPlan {
  return withCells(
    { experiment, file, topology, lab: planLab(topology), cells: [], seconds: 0 },
    planCells(experiment, experiment.clock),
  );
}

/** The same plan with these cells alone. */
export const withCells = (plan: RunPlan, cells: CellPlan[]): RunPlan => ({
  ...plan,
  cells,
  seconds: secondsOf(cells),
});

/** Expected wall time of these cells. */
export const secondsOf = (cells: readonly CellPlan[]): number =>
  cells.reduce((sum, cell) => sum + expectedSeconds(cell), 0);
