// SPDX-License-Identifier: GPL-2.0-only
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ExitCode, Fault } from '../fault.ts';
import { diskFault } from './disk.ts';
import { stateFolder } from './folders.ts';
import { fromToken, type ProcessIdentity, self, toToken } from './identity.ts';

const processIdentity = z.object({ pid: z.int(), started: z.string(), boot: z.string() });
const purpose = z.enum(['interactive', 'run']);

const machineState = z.object({
  name: z.string(),
  process: processIdentity,
  /** Port of the machine's SSH server on the host's loopback; absent in experiments. */
  sshPort: z.int().optional(),
});

const labState = z.object({
  schema: z.literal(2),
  name: z.string(),
  purpose,
  topology: z.string(),
  image: z.string(),
  accelerator: z.enum(['kvm', 'tcg']),
  machines: z.array(machineState),
});

/** Who makes a lab, or carries out a run in it; there until the lab stands by itself. */
const labOwner = z.object({ purpose, process: processIdentity });

export type MachineState = z.infer<typeof machineState>;
export type LabState = z.infer<typeof labState>;
export type LabOwner = z.infer<typeof labOwner>;
type Purpose = LabState['purpose'];

const labName = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const ownerFile = 'owner.json';
const stateFile = 'lab.json';

/** The folder of a lab: its state, sockets, consoles, keys and initramfs. */
export function labFolder(name: string): string {
  if (!labName.test(name))
    throw new Fault(
      ExitCode.usage,
      `"${name}" is no name for a lab`,
      'Use lower-case letters, digits, dots and dashes.',
    );
  return join(stateFolder('labs'), name);
}

/** Names of the labs that have a folder, in whatever condition. */
export const labNames = (): string[] =>
  readdirSync(stateFolder('labs'))
    .filter((name) => labName.test(name))
    .sort();

/**
 * Makes the folder of a new lab, which is this process's until `releaseLab`. It appears with its owner in it, so that
 * none is ever seen without.
 *
 * @returns false when there is such a folder
 */
export function makeLabFolder(name: string, purpose: Purpose): boolean {
  const folder = labFolder(name);
  const owner: LabOwner = { purpose, process: self() };
  return onDisk(() => {
    const made = mkdtempSync(join(stateFolder('labs'), `.new-${toToken(owner.process)}-`));
    try {
      writeFileSync(join(made, ownerFile), JSON.stringify(owner));
      renameSync(made, folder);
      return true;
    } catch (error) {
      rmSync(made, { recursive: true });
      if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
      throw error;
    }
  });
}

/** From now on the lab stands by itself: it does not end with the process that made it. */
export const releaseLab = (name: string): void => onDisk(() => rmSync(join(labFolder(name), ownerFile)));

/** @returns undefined when the lab stands by itself */
export function readOwner(name: string): LabOwner | undefined {
  const text = readIfThere(join(labFolder(name), ownerFile));
  return text === undefined ? undefined : labOwner.safeParse(parseJson(text)).data;
}

/** Written before and after each process is started, so that `down` never misses one. */
export function saveLab(state: LabState): void {
  const file = join(labFolder(state.name), stateFile);
  onDisk(() => {
    writeFileSync(`${file}.new`, JSON.stringify(state, undefined, 2));
    renameSync(`${file}.new`, file);
  });
}

/** @throws Fault (64) when there is no such lab, or its state is damaged or from another version. */
export function loadLab(name: string): LabState {
  const file = join(labFolder(name), stateFile);
  const text = readIfThere(file);
  if (text === undefined)
    throw new Fault(ExitCode.usage, `there is no lab "${name}"`, 'miglab status lists those that are up.');
  const json = parseJson(text);
  const parsed = labState.safeParse(json);
  if (parsed.success) return parsed.data;
  const schema = z.looseObject({ schema: z.number() }).safeParse(json).data?.schema;
  const why =
    schema === undefined || schema === 2
      ? 'is damaged'
      : `was written by another version of miglab (its schema is ${schema}, this one's 2)`;
  throw new Fault(ExitCode.usage, `${file} ${why}`, `Take the lab down: miglab down -n ${name}`);
}

const listed = z.looseObject({
  machines: z.array(
    z.looseObject({ name: z.string(), process: z.looseObject({ pid: z.int(), started: z.string() }) }),
  ),
});

/** The machines that a lab's state lists, as far as it can be read, also where another version wrote it. */
export function listedMachines(name: string): { name: string; process: ProcessIdentity }[] {
  const json = parseJson(readIfThere(join(labFolder(name), stateFile)) ?? '');
  const machines = listed.safeParse(json).data?.machines ?? [];
  return machines.map((machine) => {
    const process = processIdentity.safeParse(machine.process);
    return { name: machine.name, process: process.data ?? { ...machine.process, boot: self().boot } };
  });
}

/** Takes the folder away as a whole, then its content: a new lab of that name is never mixed up with what goes. */
export function forgetLab(name: string): void {
  const folder = labFolder(name);
  if (!existsSync(folder)) return;
  const aside = join(stateFolder('labs'), `.gone-${toToken(self())}-${name}`);
  rmSync(aside, { recursive: true, force: true });
  renameSync(folder, aside);
  rmSync(aside, { recursive: true });
}

/** Folders of labs that were being made or removed, with the process that did it. */
export const passingFolders = (): { path: string; process: ProcessIdentity }[] =>
  readdirSync(stateFolder('labs')).flatMap((entry) => {
    const process = fromToken(/^\.(?:new|gone)-(.*)$/.exec(entry)?.[1] ?? '');
    return process ? [{ path: join(stateFolder('labs'), entry), process }] : [];
  });

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws Fault (69) in the words of the disk */
function onDisk<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskFault(error, stateFolder('labs'), 'XDG_STATE_HOME', '200 MB');
  }
}
