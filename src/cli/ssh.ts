// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { connect } from '../run/connect.ts';

export const ssh = (program: Command) =>
  program
    .command('ssh')
    .description('an interactive shell in a machine')
    .argument('<machine>')
    .option('-n, --name <NAME>', 'name of the lab', 'lab')
    .addHelpText('after', '\nExample:\n  miglab ssh peer\n')
    .action(async (machine: string, options) => {
      using session = await connect(options.name, machine);
      process.exitCode = await session.shell(process.stdin, process.stdout);
    });
