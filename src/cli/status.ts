// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { isAlive } from '../vm/lifetime.ts';
import { labNames, loadLab } from '../vm/state.ts';
import { print, printJson } from './output.ts';

export const status = (program: Command) =>
  program
    .command('status')
    .description('labs and their machines')
    .option('--json', 'print as JSON')
    .action((options) => {
      const labs = labNames().map((name) => {
        const lab = loadLab(name);
        return {
          ...lab,
          machines: lab.machines.map((machine) => ({ ...machine, alive: isAlive(machine.process) })),
        };
      });
      if (options.json) return printJson(labs);
      if (labs.length === 0) print('no lab is up');
      for (const lab of labs) {
        print(`${lab.name}  ${lab.topology}, ${lab.image}, ${lab.accelerator}, ${lab.purpose}`);
        for (const { name, alive, sshPort, process } of lab.machines)
          print(
            `  ${name.padEnd(8)} ${alive ? 'up  ' : 'gone'} pid ${process.pid}${sshPort ? `, ssh port ${sshPort}` : ''}`,
          );
      }
    });
