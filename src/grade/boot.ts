// SPDX-License-Identifier: GPL-2.0-only
import { rename } from 'node:fs/promises';
import type { LayerFile } from '../plan/layer.ts';
import { modulePath } from '../plan/script.ts';
import { bootAttempt } from '../run/attempt.ts';
import type { Ground } from '../run/ground.ts';
import type { PlannedCheck } from './plan.ts';

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

/**
 * Boots the cell of a check, with other files in its machines. Consoles, events and captures are in `folder` afterwards, also
 * of a boot that failed. @returns why the machines did not carry it out, or the empty string
 */
export async function bootCell(
  { lab, cell }: Extract<PlannedCheck, { cell: unknown }>,
  name: string,
  files: readonly LayerFile[],
  folder: string,
  stand: Stand,
): Promise<string> {
  return withinWall(stand, folder, async (signal) => {
    const { ground } = stand;
    const { problem } = await bootAttempt(lab, cell, 1, { name, ground, files, signal, folder, snaplen });
    return problem;
  });
}

/** A boot that takes too long is ended, and keeps what it has; one that is called off throws. */
export async function withinWall(
  { wallS, signal }: Stand,
  folder: string,
  boot: (signal: AbortSignal) => Promise<string>,
): Promise<string> {
  const wall = AbortSignal.timeout(wallS * 1000);
  try {
    return await boot(AbortSignal.any([signal, wall]));
  } catch (error) {
    if (!wall.aborted || signal.aborted) throw error;
    await rename(`${folder}.partial`, folder);
    return `not at its end after ${wallS} s of wall time`;
  }
}
