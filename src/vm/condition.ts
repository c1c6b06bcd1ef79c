// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { ExitCode, Fault } from '../fault.ts';
import { bootId, isAlive, type ProcessIdentity } from './identity.ts';
import { type LabOwner, type LabState, labFolder, listedMachines, loadLab, readOwner } from './state.ts';
import { taggedProcesses } from './tag.ts';

/**
 * - `starting`, `running`: a living process makes it, or carries out a run in it
 * - `up`: it stands by itself, and all its machines live; `damaged`: some do not
 * - `unreadable`: machines live, but its state is damaged or of another version
 * - `abandoned`: the process that made it, or ran in it, was killed
 * - `dead`: it was up, and none of its machines lives
 */
type Condition = 'starting' | 'running' | 'up' | 'damaged' | 'unreadable' | 'abandoned' | 'dead';

export interface LabView {
  name: string;
  condition: Condition;
  /** Why, in words for people. */
  why: string;
  machines: { name: string; process: ProcessIdentity; alive: boolean }[];
  owner?: LabOwner;
  state?: LabState;
}

/** Looks at a lab from outside. @throws Fault (64) when it has no folder. */
export function viewLab(name: string): LabView {
  if (!existsSync(labFolder(name)))
    throw new Fault(ExitCode.usage, `there is no lab "${name}"`, 'miglab status lists those that are up.');
  const owner = livingOrLastOwner(name);
  const machines = labProcesses(name).map((each) => ({ ...each, alive: isAlive(each.process) }));
  const seen = { name, machines, ...(owner ? { owner } : {}) };
  const { state, problem } = readState(name);
  return { ...seen, ...judge(seen, problem), ...(state ? { state } : {}) };
}

/** An owner that ends well has released the lab before, so look again when it is gone. */
function livingOrLastOwner(name: string): LabOwner | undefined {
  const owner = readOwner(name);
  return owner && !isAlive(owner.process) ? readOwner(name) : owner;
}

/** The processes that the lab's state lists, and those that its tag finds, under their numbers. */
export function labProcesses(name: string): { name: string; process: ProcessIdentity }[] {
  const known = listedMachines(name);
  const folder = labFolder(name);
  const others = taggedProcesses().filter(
    ({ lab, process }) => lab === folder && !known.some((machine) => machine.process.pid === process.pid),
  );
  return [...known, ...others.map(({ process }) => ({ name: `process ${process.pid}`, process }))];
}

function readState(name: string): { state?: LabState; problem?: string } {
  try {
    return { state: loadLab(name) };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

function judge(
  { owner, machines }: Pick<LabView, 'owner' | 'machines'>,
  problem: string | undefined,
): Pick<LabView, 'condition' | 'why'> {
  if (owner) {
    const { purpose, process } = owner;
    const verb = purpose === 'run' ? 'run' : 'up';
    if (!isAlive(process))
      return { condition: 'abandoned', why: `its \`miglab ${verb}\` (process ${process.pid}) was killed` };
    return purpose === 'run'
      ? { condition: 'running', why: `process ${process.pid} carries out a run in it` }
      : { condition: 'starting', why: `process ${process.pid} starts it` };
  }
  const living = machines.filter(({ alive }) => alive).length;
  if (living === 0 && machines.some(({ process }) => process.boot !== bootId()))
    return { condition: 'dead', why: 'the host was restarted since' };
  if (living === 0) return { condition: 'dead', why: problem ?? 'its machines are gone' };
  if (problem) return { condition: 'unreadable', why: problem };
  const gone = machines.filter(({ alive }) => !alive).map((machine) => machine.name);
  return gone.length === 0
    ? { condition: 'up', why: 'all machines are up' }
    : { condition: 'damaged', why: `${gone.join(', ')} gone` };
}
