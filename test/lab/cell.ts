// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from '../../src/analysis/measurement.ts';
import type { BreakName } from '../../src/image/tools.ts';
import { prepareGround } from '../../src/run/ground.ts';
import { executeRun } from '../../src/run/run.ts';
import { planRun } from '../../src/run/run-plan.ts';
import type { Experiment } from '../../src/spec/experiment.ts';
import { readExperiment } from '../../src/spec/experiment.ts';
import { readTopology } from '../../src/spec/topology.ts';

/** Runs cells as `miglab run` does. @returns the rows of the last attempt at each cell. */
export async function measure(
  cells: Experiment['cells'],
  broken?: BreakName,
): Promise<{ directory: string; rows: Measurement[] }> {
  const file = 'experiments/tcpmig/figures.exp.yml';
  // A broken module may stall a connection for ever: the cell ends at its time-out then.
  const experiment = {
    ...(await readExperiment(file)),
    cells,
    clock: 'real' as const,
    warm_up_s: 2,
    timeout_s: broken ? 30 : 240,
  };
  const plan = planRun(experiment, file, await readTopology('lab/topologies/broadcast-cluster.lab.yml'));
  const ground = await prepareGround(plan.lab.image, () => undefined, broken);
  const directory = join(mkdtempSync(join(tmpdir(), 'miglab-cells-')), 'run');
  const id = `test-${process.pid}-${broken ?? 'good'}`;
  return executeRun(plan, ground, directory, id, () => undefined, new AbortController().signal);
}
