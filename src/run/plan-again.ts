// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { packagePath } from '../package.ts';
import { topologyPath } from '../spec/catalogue.ts';
import { readExperiment } from '../spec/experiment.ts';
import { readTopology } from '../spec/topology.ts';
import { decided } from './clock.ts';
import type { PlanFile } from './plan-file.ts';
import { planRun, type RunPlan, withCells } from './run-plan.ts';

/** The plan that the run began with, of its own cells, made anew from what plan.json holds. Pure. */
export function planAsBegun(began: PlanFile): RunPlan {
  return sameCells(began, planRun(began.experiment, began.file, began.topology));
}

/**
 * The same from the files as they are now, to find what was changed. Of an experiment that is not there any more the
 * run's own copy stands for it.
 */
export async function planAsFilesAre(began: PlanFile): Promise<RunPlan> {
  const places = [resolve(began.directory, began.file), packagePath(began.file)];
  const file = places.find((place) => existsSync(place));
  const { clock, virtual, boots, soak } = began.experiment;
  const experiment = file
    ? decided(await readExperiment(file), {
        clock,
        seeds: virtual?.seeds,
        boots,
        migrations: soak?.migrations,
      })
    : began.experiment;
  const topology = await readTopology(topologyPath(experiment.topology));
  return sameCells(began, planRun(experiment, began.file, topology));
}

function sameCells(began: PlanFile, plan: RunPlan): RunPlan {
  const ids = new Set(began.cells.map(({ id }) => id));
  const same = withCells(
    plan,
    plan.cells.filter(({ id }) => ids.has(id)),
  );
  return { ...same, lab: { ...same.lab, image: began.image } };
}
