// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { type KernelBoot, machineFiles, type SavedMachine, savingArguments } from '../plan/qemu.ts';
import { waitForLine, waitingLine } from './awaited-line.ts';
import { endProcess, startDetached } from './lifetime.ts';
import { Qmp } from './qmp.ts';

const files = machineFiles('machine');

export interface Saving extends KernelBoot {
  qemu: readonly string[];
  memoryMb: number;
  cards: number;
  timeoutMs: number;
  signal?: AbortSignal;
}

/**
 * Boots a machine in `folder` until it waits to be told who it is, and saves it there: its memory in the file that QEMU
 * maps anyway, everything else as a migration stream without the memory (QEMU: migration/ram.c, x-ignore-shared).
 *
 * @throws Fault (2) when it does not come to wait, with its last console lines; (124) when that takes too long
 */
export async function saveMachine(saving: Saving, folder: string): Promise<void> {
  const { qemu, memoryMb, cards, timeoutMs, signal } = saving;
  const argv = [...qemu, ...savingArguments(saving, memoryMb, cards)];
  const { identity } = await startDetached(argv, folder, files.log);
  try {
    const machine = { name: 'machine', process: identity };
    await waitForLine(machine, join(folder, files.console), waitingLine, timeoutMs, signal);
    await using qmp = await Qmp.open(folder, files.qmp);
    await qmp.execute('stop');
    await migrate(qmp, 'migrate', 'file:state');
  } finally {
    await endProcess(identity);
  }
}

/** Brings a machine that QEMU was started for with `-incoming defer` to where it was saved, and lets it go on. */
export async function resumeMachine(qmp: Qmp, saved: SavedMachine): Promise<void> {
  // Nobody has to be told that a machine has moved.
  await qmp.execute('migrate-set-parameters', { 'announce-rounds': 0 });
  await migrate(qmp, 'migrate-incoming', `file:${saved.state}`);
  await qmp.execute('cont');
}

/** @throws Fault (69) with QEMU's reason when it fails */
async function migrate(qmp: Qmp, command: 'migrate' | 'migrate-incoming', uri: string): Promise<void> {
  await qmp.execute('migrate-set-capabilities', {
    capabilities: ['x-ignore-shared', 'events'].map((capability) => ({ capability, state: true })),
  });
  const ended = qmp.event('MIGRATION', ({ status }) =>
    status === 'completed' || status === 'failed' ? status : undefined,
  );
  ended.catch(() => undefined); // Awaited below, unless the command itself fails.
  await qmp.execute(command, { uri });
  if ((await ended) === 'completed') return;
  const { 'error-desc': why } = (await qmp.execute('query-migrate')) as Record<string, string>;
  throw new Fault(ExitCode.hostLacks, `a machine's saved state: ${why}`, 'miglab up --cold does without.');
}
