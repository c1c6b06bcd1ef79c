// SPDX-License-Identifier: GPL-2.0-only
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from '../vm/identity.ts';
import { taggedProcesses } from '../vm/tag.ts';

/**
 * Stops machines below a state folder and lets them go on, one after the other, at random instants and for a random
 * while, until `until` aborts: what a busy host does to them, and worse. None is left stopped.
 *
 * @returns how often it did
 */
export async function stallMachines(stateFolder: string, until: AbortSignal): Promise<number> {
  let stalls = 0;
  while (!until.aborted) {
    await pause(20, 200, until);
    const machines = taggedProcesses().filter(({ lab }) => lab?.startsWith(`${stateFolder}/`));
    const chosen = machines[Math.floor(Math.random() * machines.length)]?.process;
    if (!chosen || !send(chosen, 'SIGSTOP')) continue;
    stalls++;
    try {
      await pause(5, 300, until);
    } finally {
      send(chosen, 'SIGCONT');
    }
  }
  return stalls;
}

/** A random time in ms; shorter when `until` aborts. */
const pause = (least: number, most: number, until: AbortSignal) =>
  sleep(least + Math.random() * (most - least), undefined, { signal: until }).catch(() => undefined);

function send(process_: ProcessIdentity, signal: NodeJS.Signals): boolean {
  try {
    return isAlive(process_) && process.kill(process_.pid, signal);
  } catch {
    return false; // It has ended.
  }
}
