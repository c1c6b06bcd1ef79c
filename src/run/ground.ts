// SPDX-License-Identifier: GPL-2.0-only
import { ensureGuest, type GuestImage } from '../image/guest.ts';
import { ensureLockstep, type LockstepPlugin } from '../image/lockstep.ts';
import { withModuleSources } from '../image/module-choice.ts';
import { ensureQemu, type QemuToolchain } from '../image/qemu.ts';
import type { Report } from '../image/report.ts';
import { type BreakName, ensureTools, type ToolsLayer } from '../image/tools.ts';
import { type AcceleratorAnswer, probeAccelerator } from '../vm/accelerator.ts';

/** An image, and the tools built for it. */
interface Guest {
  guest: GuestImage;
  tools: ToolsLayer;
}

/** What a lab stands on: QEMU, a guest image, the tools built for it, and how processors are run. */
export interface Ground extends Guest {
  qemu: QemuToolchain;
  /** Of machines with another image than the lab's, by its name. */
  others: ReadonlyMap<string, Guest>;
  lockstep: LockstepPlugin;
  acceleration: AcceleratorAnswer;
}

/** Builds or finds everything that a lab of this image needs. `broken` chooses a deliberately broken module, for tests. */
export async function prepareGround(
  image: string,
  report: Report,
  broken?: BreakName,
  signal?: AbortSignal,
  otherImages: readonly string[] = [],
): Promise<Ground> {
  const qemu = await ensureQemu(report);
  const { guest, tools } = await prepareGuest(image, report, broken);
  const others = new Map<string, Guest>();
  for (const other of otherImages) others.set(other, await prepareGuest(other, report, broken));
  const lockstep = await ensureLockstep(image, report);
  signal?.throwIfAborted();
  report({ stage: 'acceleration' });
  const acceleration = await probeAccelerator(qemu, guest.kernel, lockstep.counterRate, signal);
  report({ stage: 'acceleration', detail: `${acceleration.accelerator}: ${acceleration.reason}` });
  return { qemu, guest, tools, others, lockstep, acceleration };
}

async function prepareGuest(image: string, report: Report, broken?: BreakName): Promise<Guest> {
  const guest = await ensureGuest(image, report);
  return { guest, tools: await ensureTools(guest, broken ? { break: broken } : {}, report) };
}

/**
 * The same ground with another module: that of a folder of sources or of a git revision (`withModuleSources`).
 *
 * @throws Fault (64) when there is no such module, (70) when it does not compile
 */
export const withModule = async (ground: Ground, asked: string, report: Report): Promise<Ground> => ({
  ...ground,
  tools: await withModuleSources(asked, (module) => ensureTools(ground.guest, { module }, report)),
});

/** MiB that a machine of an image has at least: `withMemory` of the plan. */
export const leastMemory =
  ({ guest, others }: Ground) =>
  (image: string): number =>
    (others.get(image)?.guest ?? guest).memoryMb;
