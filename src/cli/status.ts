// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { type LabView, viewLab } from '../vm/condition.ts';
import { labNames } from '../vm/state.ts';
import { paint } from './colour.ts';
import { print, printJson } from './output.ts';

export const status = (program: Command) =>
  program
    .command('status')
    .description('labs, their condition and their machines')
    .option('-n, --name <NAME>', 'this lab alone')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  miglab status -n lab\n')
    .action((options) => {
      const labs = (options.name ? [options.name] : labNames()).map(viewLab);
      if (options.json) return printJson(labs.map(asJson));
      if (labs.length === 0) print('no lab is up');
      for (const lab of labs) describe(lab);
    });

/** The lab's state as it was saved, and what became of it. */
const asJson = ({ state, name, condition, why, machines }: LabView) => ({
  ...{ ...state, name, condition, why },
  machines: machines.map((each) => ({
    ...state?.machines.find((saved) => saved.name === each.name),
    ...each,
  })),
});

function describe({ name, condition, why, state, machines }: LabView): void {
  const about = state ? `${state.topology}, ${state.image}, ${state.accelerator}, ${state.purpose}; ` : '';
  print(`${name}  ${condition}  ${about}${why}`);
  for (const { name: machine, alive, process } of machines) {
    const port = state?.machines.find((each) => each.name === machine)?.sshPort;
    print(
      `  ${machine.padEnd(8)} ${alive ? paint('green', 'up  ') : paint('red', 'gone')} pid ${process.pid}${port && alive ? `, ssh port ${port}` : ''}`,
    );
  }
  const remedy = remedies[condition];
  if (remedy) print(`  ${remedy(name)}`);
}

const remedies: Partial<Record<LabView['condition'], (name: string) => string>> = {
  damaged: (name) => `miglab down -n ${name} takes the rest down`,
  unreadable: (name) => `miglab down -n ${name} takes it down`,
  abandoned: () => 'miglab prune removes it',
  dead: () => 'miglab prune removes it',
};
