// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, rename } from 'node:fs/promises';
import type { CellPlan } from '../plan/experiment.ts';
import type { LabPlan, MachinePlan } from '../plan/lab.ts';
import type { LayerFile } from '../plan/layer.ts';
import { modulePath } from '../plan/script.ts';
import { bootAttempt } from '../run/attempt.ts';
import { runCell } from '../run/cell.ts';
import type { Ground } from '../run/ground.ts';

/** What boots of a grading have in common. */
export interface Stand {
  ground: Ground;
  /** Of one boot, wall time. */
  wallS: number;
  signal: AbortSignal;
}

/** A module in the place of the lab's own, in every machine. */
export const moduleFile = (module: Uint8Array): LayerFile => ({
  path: modulePath.slice(1),
  mode: 0o644,
  content: module,
});

/** Bytes of each frame that a check's capture keeps: all headers. */
const snaplen = 128;

/** Where the files of a boot go, and what the machines get more than the lab's own. */
export interface Boot {
  /** Of the lab while it runs. */
  name: string;
  files: readonly LayerFile[];
  folder: string;
}

/**
 * Boots a cell with migrations. Consoles, events and captures are in the folder afterwards, also of a boot that failed.
 * @returns why the machines did not carry it out, or the empty string
 */
export const bootCell = (
  lab: LabPlan,
  cell: CellPlan,
  { folder, ...boot }: Boot,
  stand: Stand,
): Promise<string> =>
  withinWall(stand, async (signal) => {
    try {
      const { problem } = await bootAttempt(lab, cell, 1, {
        ...boot,
        ground: stand.ground,
        signal,
        folder,
        snaplen,
      });
      return problem;
    } catch (error) {
      if (signal.aborted) await rename(`${folder}.partial`, folder);
      throw error;
    }
  });

/** The same for machines that carry out scripts of their own, until `timeoutS` of their clock. */
export const bootScenarios = (
  lab: LabPlan,
  scenario: (machine: MachinePlan) => string,
  timeoutS: number,
  { folder, ...boot }: Boot,
  stand: Stand,
): Promise<string> =>
  withinWall(stand, async (signal) => {
    await mkdir(folder, { recursive: true });
    const { wire } = lab.cluster;
    const captured = lab.wires.filter(({ name }) => name === wire);
    const { problem } = await runCell({
      ...{ ...boot, plan: lab, ground: stand.ground, clock: 'virtual', timeoutS, directory: folder, signal },
      scenarios: Object.fromEntries(lab.machines.map((each) => [each.name, scenario(each)])),
      captures: captured.map(({ hub }) => ({ machine: hub, wire, file: `${wire}.pcap`, snaplen })),
    });
    return problem;
  });

/** A boot that takes too long is ended, and keeps what it has; one that is called off throws. */
async function withinWall(
  { wallS, signal }: Stand,
  boot: (signal: AbortSignal) => Promise<string>,
): Promise<string> {
  const wall = AbortSignal.timeout(wallS * 1000);
  try {
    return await boot(AbortSignal.any([signal, wall]));
  } catch (error) {
    if (!wall.aborted || signal.aborted) throw error;
    return `not at its end after ${wallS} s of wall time`;
  }
}
