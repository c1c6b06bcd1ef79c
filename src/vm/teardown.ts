// SPDX-License-Identifier: GPL-2.0-only
import { ExitCode, Fault } from '../fault.ts';
import { type LabView, labProcesses, viewLab } from './condition.ts';
import { endProcess, isAlive } from './lifetime.ts';
import { forgetLab, type LabState, labFolder, makeLabFolder } from './state.ts';

/**
 * Makes the folder of a new lab. One of the same name that was abandoned on its way up, or in a run, makes room.
 *
 * @throws Fault (64) when there is such a lab, (69) when the folder cannot be made
 */
export async function claimLab(name: string, purpose: LabState['purpose']): Promise<string> {
  if (makeLabFolder(name, purpose)) return labFolder(name);
  const there = viewLab(name);
  if (there.condition === 'abandoned') {
    await stopLab(name);
    if (makeLabFolder(name, purpose)) return labFolder(name);
  }
  throw new Fault(
    ExitCode.usage,
    `there is a lab "${name}" already: ${there.why}`,
    there.condition === 'starting' || there.condition === 'running'
      ? 'Wait for it, or give this one another name: -n NAME'
      : `Take it down first (miglab down -n ${name}), or give this one another name: -n NAME`,
  );
}

/**
 * Ends every machine of the lab, in the reverse order of their start, proves that they are gone, and forgets it. A
 * damaged state does not prevent it: processes are found by their tags as well.
 * `beforeForgetting` may keep files of the lab's folder.
 */
export async function stopLab(
  name: string,
  beforeForgetting?: () => Promise<void>,
): Promise<{ ended: string[] }> {
  const ended: string[] = [];
  for (const machine of labProcesses(name).toReversed()) {
    if (!isAlive(machine.process)) continue;
    await endProcess(machine.process);
    ended.push(machine.name);
  }
  await beforeForgetting?.();
  forgetLab(name);
  return { ended };
}

/**
 * Takes a lab down for its user.
 *
 * @throws Fault (64) when there is none, or a living process still makes it or carries out a run in it
 */
export async function takeDown(name: string): Promise<{ ended: string[] }> {
  const { condition, why, owner } = viewLab(name);
  if (owner && (condition === 'starting' || condition === 'running'))
    throw new Fault(
      ExitCode.usage,
      `lab "${name}" is in use: ${why}`,
      `End that process, and it cleans up after itself: kill ${owner.process.pid}`,
    );
  return stopLab(name);
}

/** @throws Fault (69) when the machine's process is gone */
export function requireMachine(view: LabView, machine: string): void {
  const found = view.machines.find(({ name }) => name === machine);
  if (!found || found.alive) return;
  throw new Fault(
    ExitCode.hostLacks,
    `${machine} of lab "${view.name}" is gone: its process ${found.process.pid} has ended`,
    `Start the lab anew: miglab down -n ${view.name} && miglab up -n ${view.name}`,
  );
}
