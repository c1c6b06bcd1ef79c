// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ExitCode, Fault } from '../fault.ts';
import { stateFolder } from './folders.ts';

const machineState = z.object({
  name: z.string(),
  process: z.object({ pid: z.int(), started: z.string() }),
  /** Port of the machine's SSH server on the host's loopback; absent in experiments. */
  sshPort: z.int().optional(),
});

const labState = z.object({
  schema: z.literal(1),
  name: z.string(),
  purpose: z.enum(['interactive', 'run']),
  topology: z.string(),
  image: z.string(),
  accelerator: z.enum(['kvm', 'tcg']),
  machines: z.array(machineState),
});

export type MachineState = z.infer<typeof machineState>;
export type LabState = z.infer<typeof labState>;

const labName = /^[a-z0-9][a-z0-9._-]{0,63}$/;

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

/** Makes the folder of a new lab. @throws Fault (64) when there is such a lab. */
export function claimLab(name: string): string {
  const folder = labFolder(name);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Fault(
      ExitCode.usage,
      `there is a lab "${name}" already`,
      `Take it down first: miglab down -n ${name}`,
    );
  }
  return folder;
}

/** Written before and after each process is started, so that `down` never misses one. */
export function saveLab(state: LabState): void {
  const file = join(labFolder(state.name), 'lab.json');
  writeFileSync(`${file}.new`, JSON.stringify(state, undefined, 2));
  renameSync(`${file}.new`, file);
}

/** @throws Fault (64) when there is no such lab, or its state is from another version. */
export function loadLab(name: string): LabState {
  const file = join(labFolder(name), 'lab.json');
  if (!existsSync(file))
    throw new Fault(ExitCode.usage, `there is no lab "${name}"`, 'miglab status lists those that are up.');
  const parsed = labState.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Fault(ExitCode.usage, `${file} was written by another version of miglab`);
  return parsed.data;
}

export const labNames = (): string[] =>
  readdirSync(stateFolder('labs')).filter((name) => existsSync(join(stateFolder('labs'), name, 'lab.json')));

export const forgetLab = (name: string): void => rmSync(labFolder(name), { recursive: true, force: true });
