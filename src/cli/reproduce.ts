// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { hostPackages } from '../image/host.ts';
import { positiveInteger } from './number.ts';
import { provision } from './provision.ts';
import { carryOut, goOn, readPlan } from './run.ts';

export const reproduce = (program: Command) =>
  program
    .command('reproduce')
    .description("install what is missing, build, and reproduce TCPmig's Figures 5 and 6")
    .option('--yes', 'install and download without asking')
    .option(
      '--jobs <N>',
      'boots at once on the virtual clock; as many as there are processors',
      positiveInteger,
    )
    .option('--full', 'on the virtual clock: 20 seeds for each point instead of 5')
    .option('--resume <RUN>', 'go on with one that was interrupted')
    .option('--results <DIR>', 'folder of the runs', 'results')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', '\nExample:\n  miglab reproduce --yes\n')
    .action(async (options) => {
      await provision(hostPackages, options.yes || process.env.CI === 'true');
      process.exitCode = options.resume
        ? await goOn(options.resume, options)
        : await carryOut(await readPlan('tcpmig/figures', options), options);
    });
