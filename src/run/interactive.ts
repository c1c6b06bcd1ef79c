// SPDX-License-Identifier: GPL-2.0-only
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dropbearKey, newKeyPair } from '../guest/key.ts';
import type { Report } from '../image/report.ts';
import { type LabPlan, type MachinePlan, otherImages, withMemory } from '../plan/lab.ts';
import { hostsFile, type LayerFile, machineFile, nameFile } from '../plan/layer.ts';
import { qemuArguments } from '../plan/qemu.ts';
import { setupScript } from '../plan/setup.ts';
import { DiskFault, diskFault } from '../vm/disk.ts';
import { type LabBoot, setUpMachines, startLab, waitUntilReady } from '../vm/lab.ts';
import { savePlan } from '../vm/lab-plan.ts';
import { requireMemory } from '../vm/memory.ts';
import { forgetLab, type LabState, releaseLab } from '../vm/state.ts';
import { claimLab, stopLab } from '../vm/teardown.ts';
import { type Ground, leastMemory, prepareGround } from './ground.ts';
import { assembleKernels } from './kernels.ts';
import { ensureSaved } from './saved.ts';

/** The plan of a lab as `--dry-run` prints it; files that are not built yet are named by what they will be. */
export function dryRun(plan: LabPlan, name: string) {
  const boot = {
    accelerator: 'tcg' as const,
    kernel: 'KERNEL',
    initramfs: 'INITRAMFS',
    mgmt: true,
    captures: [],
  };
  const commands = plan.machines.map((machine) => ({
    machine: machine.name,
    argv: ['qemu-system-x86_64', ...qemuArguments(plan, machine, boot)],
  }));
  return { name, ...plan, commands };
}

export interface RaiseOptions {
  report: Report;
  signal: AbortSignal;
  /** Longest time for the machines to come up, of what is built before apart. */
  timeoutMs: number;
  /** Boots every machine instead of letting them go on from a saved one. */
  cold?: boolean;
}

/**
 * Makes the lab's folder with its keys, and builds what is missing: the machines that those of the lab go on from too.
 */
export async function prepareLab(asked: LabPlan, name: string, options: RaiseOptions): Promise<LabBoot> {
  const { report, signal, cold } = options;
  requireMemory(asked); // Before anything is built, and before a machine of that size is saved.
  const folder = await claimLab(name, 'interactive');
  try {
    const others = otherImages(asked);
    const ground = await prepareGround(asked.image, report, undefined, signal, others);
    const plan = withMemory(asked, leastMemory(ground));
    // Machines of several images would each need a saved one of their own, of which few are kept; and a saved one has one processor.
    const alike = others.length === 0 && plan.machines.every(({ processors }) => processors === 1);
    const saved = cold || !alike ? undefined : await savedIfRoom(plan, ground, options);
    const kernels = saved
      ? { kernel: ground.guest.kernel, initramfs: join(folder, 'initramfs') }
      : await assembleKernels(plan, ground, folder, []);
    signal.throwIfAborted();
    savePlan(name, plan);
    return {
      ...{ name, purpose: 'interactive', plan, qemu: ground.qemu.argv, signal, captures: [] },
      ...{ processors: ground.acceleration, ...kernels, mgmt: true },
      ...(saved ? { saved } : {}),
      setups: setupsOf(plan, await labFiles(plan, folder)),
    };
  } catch (error) {
    forgetLab(name);
    throw diskFault(error, folder, 'XDG_STATE_HOME', '200 MB');
  }
}

/** @returns undefined where the cache can take no saved machine: it is full, or read-only */
async function savedIfRoom(plan: LabPlan, ground: Ground, { timeoutMs, report, signal }: RaiseOptions) {
  try {
    return await ensureSaved(plan, ground, timeoutMs, report, signal);
  } catch (error) {
    if (!(error instanceof DiskFault)) throw error;
    report({ stage: 'every machine boots', detail: `none can be saved to go on from: ${error.message}` });
    return undefined;
  }
}

/** Starts the machines, waits for them, and lets the lab stand by itself; takes all down again when one does not come up. */
export async function raiseLab(
  boot: LabBoot,
  { timeoutMs, report, signal }: RaiseOptions,
): Promise<LabState> {
  report({ stage: 'boot', detail: boot.processors.accelerator });
  const state = await startLab(boot);
  try {
    await setUpMachines(boot, state, timeoutMs);
    await waitUntilReady(state, timeoutMs, signal);
    releaseLab(boot.name);
  } catch (error) {
    await stopLab(boot.name).catch(() => undefined); // The first error is the one that counts.
    throw error;
  }
  return state;
}

/** What each machine is told when it waits: who it is, the files, the time, and something nobody else knows. */
function setupsOf(plan: LabPlan, files: readonly LayerFile[]): Record<string, string> {
  const time = Math.round(Date.now() / 1000);
  const setup = (machine: MachinePlan) =>
    setupScript(
      machine.name,
      [machineFile(plan, machine, true), nameFile(machine), ...files],
      time,
      randomBytes(64).toString('hex'),
    );
  return Object.fromEntries(plan.machines.map((machine) => [machine.name, setup(machine)]));
}

/** Keys are made for this lab and go into its machines when they come up; images and saved machines hold none. */
async function labFiles(plan: LabPlan, folder: string): Promise<LayerFile[]> {
  const user = newKeyPair();
  const host = newKeyPair();
  await writeFile(join(folder, 'id'), user.private, { mode: 0o600 });
  await writeFile(join(folder, 'host_key.pub'), host.public);
  return [
    hostsFile(plan),
    { path: 'root/.ssh/authorized_keys', mode: 0o600, content: `${user.public}\n` },
    { path: 'etc/miglab/ssh/host_key', mode: 0o600, content: dropbearKey(host) },
    { path: 'etc/miglab/secret', mode: 0o600, content: newKeyPair().private },
  ];
}
