// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { SshSession } from '../guest/ssh.ts';
import { viewLab } from '../vm/condition.ts';
import { labFolder, loadLab, type MachineState } from '../vm/state.ts';
import { requireMachine } from '../vm/teardown.ts';

/** A machine of a lab that runs. @throws Fault (64) when there is no such lab or machine, (69) when it is gone. */
export function findMachine(lab: string, machine: string): MachineState {
  const state = loadLab(lab);
  const found = state.machines.find(({ name }) => name === machine);
  if (!found) {
    const names = state.machines.map(({ name }) => name).join(', ');
    throw new Fault(ExitCode.usage, `lab "${lab}" has no machine "${machine}"`, `It has ${names}.`);
  }
  requireMachine(viewLab(lab), machine);
  return found;
}

/** Opens SSH to a machine of a lab that is up. @throws Fault (64) when there is no such lab or machine, (69) when it is gone. */
export async function connect(lab: string, machine: string): Promise<SshSession> {
  const found = findMachine(lab, machine);
  if (!found.sshPort)
    throw new Fault(ExitCode.usage, `lab "${lab}" carries out an experiment and has no SSH`);
  const file = (name: string) => readFileSync(join(labFolder(lab), name), 'utf8');
  return SshSession.open({
    machine,
    port: found.sshPort,
    privateKey: file('id'),
    hostKey: file('host_key.pub'),
  });
}
