// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { builtFolder, placeOnce } from '../image/cache.ts';
import { assembleInitramfs } from '../image/cpio.ts';
import { takeInventory } from '../image/intact.ts';
import type { Report } from '../image/report.ts';
import type { LabPlan } from '../plan/lab.ts';
import { type SavedMachine, savingArguments } from '../plan/qemu.ts';
import { bootId } from '../vm/identity.ts';
import { saveMachine } from '../vm/saved-machine.ts';
import type { Ground } from './ground.ts';

/** Saved machines that stay in the cache: of each, about as many bytes as the guest uses (180 MB for the default). */
const keptMachines = 4;

/**
 * Finds or makes the saved machines that those of a lab go on from, one for each size of memory. A saved machine holds
 * no key, name or address: it waits to be told. It lasts until the host boots again, because nothing has synced its file.
 *
 * @throws Fault (2) when the machine that is to be saved does not boot, (124) when that takes too long
 */
export async function ensureSaved(
  plan: LabPlan,
  ground: Ground,
  timeoutMs: number,
  report: Report,
  signal: AbortSignal,
): Promise<Map<number, SavedMachine>> {
  const cards = Math.max(...plan.machines.map(({ nics }) => nics.length)) + 1; // one for mgmt
  const saved = new Map<number, SavedMachine>();
  for (const memoryMb of new Set(plan.machines.map((machine) => machine.memoryMb))) {
    const folder = builtFolder('machines', savedKey(ground, memoryMb, cards));
    const save = async (into: string) => {
      report({ stage: 'saving a machine to go on from', detail: `${memoryMb} MB` });
      const { kernel, arguments: more } = ground.guest;
      await assembleInitramfs(join(into, 'initramfs'), [ground.guest.initramfs, ground.tools.layer]);
      await saveMachine(
        {
          ...ground.acceleration,
          qemu: ground.qemu.argv,
          kernel,
          arguments: more,
          initramfs: 'initramfs',
          memoryMb,
          cards,
          timeoutMs,
          signal,
        },
        into,
      );
      rmSync(join(into, 'initramfs'));
      forgetOldest(dirname(folder));
      await takeInventory(into, false);
    };
    await placeOnce(folder, 'a machine to go on from', report, save);
    saved.set(memoryMb, { memory: join(folder, 'memory'), state: join(folder, 'state'), cards });
  }
  return saved;
}

/** All that a saved machine depends on; of a processor that KVM passes on, its name. */
function savedKey(ground: Ground, memoryMb: number, cards: number): string {
  const { qemu, guest, tools, acceleration } = ground;
  const argv = savingArguments({ ...acceleration, kernel: '', initramfs: '' }, memoryMb, cards);
  const host = [bootId(), cpus()[0]?.model ?? ''];
  const parts = [qemu.hash, guest.hash, tools.hash, ...argv, ...host];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Makes room for one more; machines that run from a file keep it open. */
function forgetOldest(parent: string): void {
  const folders = readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(parent, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const folder of folders.slice(keptMachines - 1)) rmSync(folder, { recursive: true, force: true });
}
