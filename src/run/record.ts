// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import type { RunRecord } from '../analysis/run-record.ts';
import { hostSystem } from '../host/packages.ts';
import type { CellPlan } from '../plan/experiment.ts';
import type { Ground } from './ground.ts';
import type { ClockedExperiment } from './run-plan.ts';
import { sourceState } from './source-state.ts';

/** What is known before the first cell: enough to repeat the run elsewhere. */
export async function newRecord(
  id: string,
  file: string,
  experiment: ClockedExperiment,
  cells: readonly CellPlan[],
  ground: Ground,
): Promise<RunRecord> {
  return {
    ...{ version: 1, id, state: 'running', started: new Date().toISOString(), duration_s: 0, sessions: [] },
    experiment: { title: experiment.title, file, claims: experiment.claims ?? null },
    ...{ seed: experiment.seed, clock: experiment.clock },
    ...(await circumstances(ground)),
    cells: cells.map(({ id: cell, seed, role, imageMb }) => ({
      id: cell,
      seed,
      role,
      image_mb: imageMb,
      attempts: [],
    })),
  };
}

/** On what a run takes place: host, QEMU, guest, module, and the source's state. */
export async function circumstances({ qemu, guest, tools, acceleration }: Ground) {
  return {
    host: hostFacts(),
    qemu: { version: qemu.version, image: qemu.hash },
    ...{ accelerator: acceleration.accelerator, accelerator_reason: acceleration.reason },
    guest: { release: guest.release, kernel: guest.kernelRelease },
    module: {
      ...{ sha256: tools.moduleHash, broken: tools.broken ?? null },
      ...{ source_sha256: tools.moduleSource.sha256, chosen: tools.moduleSource.chosen },
    },
    image: { recipe: guest.name, sha256: guest.hash, lock_sha256: guest.lockHash },
    git: await sourceState(),
  };
}

function hostFacts() {
  return {
    ...{
      system: hostSystem().pretty,
      kernel: release(),
      processor: processorName(),
      processors: cpus().length,
    },
    ...{ memory_mb: Math.round(totalmem() / 1e6), load: loadavg(), node: process.versions.node },
  };
}

/** Number and model: times of two kinds of processor do not mix. */
export const processors = (): string => `${cpus().length} x ${processorName() ?? 'unknown'}`;

const processorName = () => /^model name\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? null;
