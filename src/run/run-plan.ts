// SPDX-License-Identifier: GPL-2.0-only
import { type Cost, migrationCost } from '../plan/cost.ts';
import { type CellPlan, type Clock, planCells } from '../plan/experiment.ts';
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
  /** What it takes, for the notice beforehand. */
  cost: Cost;
}

/** What a run will do; pure, so that `--dry-run` can print it. */
export function planRun(experiment: ClockedExperiment, file: string, topology: Topology): RunPlan {
  return withCells(
    { experiment, file, topology, lab: planLab(topology), cells: [], cost: migrationCost([]) },
    planCells(experiment, experiment.clock),
  );
}

/** The same plan with these cells alone. */
export const withCells = (plan: RunPlan, cells: CellPlan[]): RunPlan => ({
  ...plan,
  cells,
  cost: migrationCost(cells),
});
