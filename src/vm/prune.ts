// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { leftLocks } from '../image/cache.ts';
import { leftScratch } from '../image/scratch.ts';
import { type LabView, viewLab } from './condition.ts';
import { stateFolder } from './folders.ts';
import { isAlive, type ProcessIdentity } from './identity.ts';
import { endProcess } from './lifetime.ts';
import { labFolder, labNames, passingFolders } from './state.ts';
import { type TaggedProcess, taggedProcesses } from './tag.ts';
import { stopLab } from './teardown.ts';

/** Something of miglab's that nobody will end or remove any more. */
export type Orphan = { why: string } & (
  | { kind: 'process'; process: ProcessIdentity }
  | { kind: 'lab'; name: string }
  | { kind: 'folder' | 'lock'; path: string }
);

/**
 * Everything of miglab's that has lost its owner: labs that were abandoned or whose machines are gone, processes of no
 * lab, what was being made or removed when its process was killed. What belongs to a lab that is up, or to a process
 * that lives, is not among it.
 */
export function findOrphans(): Orphan[] {
  // Processes first: one that starts later has a living runner.
  const processes = taggedProcesses();
  const labs = labNames().flatMap(viewIfThere);
  const lost = labs.filter(({ condition }) => condition === 'abandoned' || condition === 'dead');
  return [
    ...lost.map(({ name, why }): Orphan => ({ kind: 'lab', name, why })),
    ...processes.flatMap((each) => orphanProcess(each, labs)),
    ...passingFolders()
      .filter(({ process }) => !isAlive(process))
      .map(({ path, process }): Orphan => ({ kind: 'folder', path, why: killed(process) })),
    ...leftScratch().map(
      (path): Orphan => ({ kind: 'folder', path, why: 'the process that built in it is gone' }),
    ),
    ...leftLocks().map((path): Orphan => ({ kind: 'lock', path, why: 'the process that held it is gone' })),
  ];
}

const killed = ({ pid }: ProcessIdentity) => `process ${pid}, which made or removed it, was killed`;

/** @returns nothing for a lab that has been taken down meanwhile */
function viewIfThere(name: string): LabView[] {
  try {
    return [viewLab(name)];
  } catch (error) {
    if (existsSync(labFolder(name))) throw error;
    return [];
  }
}

/** Processes of a lab that is lost go with it; here are those that no lab knows. */
function orphanProcess({ process, runner, lab }: TaggedProcess, labs: readonly LabView[]): Orphan[] {
  if (isAlive(runner)) return [];
  const orphan = (why: string): Orphan[] => [{ kind: 'process', process, why }];
  if (lab === undefined) return orphan(`process ${runner.pid}, which started it, is gone`);
  if (dirname(lab) !== stateFolder('labs')) return []; // Another XDG_STATE_HOME has it.
  const known = labs.some(({ machines }) => machines.some((each) => each.process.pid === process.pid));
  return known ? [] : orphan(`its lab ${lab} is gone`);
}

/** Ends or removes them. Each is looked at again before: what has found an owner meanwhile stays. */
export async function removeOrphans(orphans: readonly Orphan[]): Promise<void> {
  for (const orphan of orphans) {
    if (orphan.kind === 'process') await endProcess(orphan.process);
    else if (orphan.kind === 'lab') await removeLab(orphan.name);
    else rmSync(orphan.path, { recursive: true, force: true });
  }
}

async function removeLab(name: string): Promise<void> {
  const [now] = viewIfThere(name);
  if (now?.condition === 'abandoned' || now?.condition === 'dead') await stopLab(name);
}
