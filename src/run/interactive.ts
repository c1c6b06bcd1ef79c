// SPDX-License-Identifier: GPL-2.0-only
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newKeyPair } from '../guest/key.ts';
import { assembleInitramfs, writeLayer } from '../image/cpio.ts';
import type { Report } from '../image/report.ts';
import type { LabPlan } from '../plan/lab.ts';
import { hostsFile, type LayerFile, machineFile } from '../plan/layer.ts';
import { qemuArguments } from '../plan/qemu.ts';
import { diskFault } from '../vm/disk.ts';
import { type LabBoot, startLab, waitUntilReady } from '../vm/lab.ts';
import { forgetLab, type LabState, releaseLab } from '../vm/state.ts';
import { claimLab, stopLab } from '../vm/teardown.ts';
import { prepareGround } from './ground.ts';

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

/** Makes the lab's folder, builds what is missing, puts the lab's keys and initramfs into the folder. */
export async function prepareLab(
  plan: LabPlan,
  name: string,
  report: Report,
  signal: AbortSignal,
): Promise<LabBoot> {
  const folder = await claimLab(name, 'interactive');
  try {
    const ground = await prepareGround(plan.image, report, undefined, signal);
    const initramfs = join(folder, 'initramfs');
    await assembleInitramfs(initramfs, [
      ground.guest.initramfs,
      ground.tools.layer,
      writeLayer(await labLayer(plan, folder)),
    ]);
    signal.throwIfAborted();
    return {
      ...{
        name,
        purpose: 'interactive',
        plan,
        qemu: ground.qemu.argv,
        accelerator: ground.acceleration.accelerator,
      },
      ...{ kernel: ground.guest.kernel, initramfs, mgmt: true, captures: [] },
    };
  } catch (error) {
    forgetLab(name);
    throw diskFault(error, folder, 'XDG_STATE_HOME', '200 MB');
  }
}

/** Boots the machines, waits for them, and lets the lab stand by itself; takes all down again when one does not come up. */
export async function raiseLab(
  boot: LabBoot,
  timeoutMs: number,
  report: Report,
  signal: AbortSignal,
): Promise<LabState> {
  report({ stage: 'boot', detail: boot.accelerator });
  const state = await startLab({ ...boot, signal });
  try {
    await waitUntilReady(state, timeoutMs, signal);
    releaseLab(boot.name);
  } catch (error) {
    await stopLab(boot.name).catch(() => undefined); // The first error is the one that counts.
    throw error;
  }
  return state;
}

/** Keys are made for this lab and go into its machines at boot; images hold none. */
async function labLayer(plan: LabPlan, folder: string): Promise<LayerFile[]> {
  const user = newKeyPair();
  const host = newKeyPair();
  await writeFile(join(folder, 'id'), user.private, { mode: 0o600 });
  await writeFile(join(folder, 'host_key.pub'), host.public);
  return [
    ...plan.machines.map((machine) => machineFile(plan, machine, true)),
    hostsFile(plan),
    { path: 'root/.ssh/authorized_keys', mode: 0o600, content: `${user.public}\n` },
    { path: 'etc/miglab/ssh/host_key', mode: 0o600, content: host.private },
    { path: 'etc/miglab/secret', mode: 0o600, content: newKeyPair().private },
  ];
}
