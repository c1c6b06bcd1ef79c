// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { quoted } from '../guest/ssh.ts';
import { connect } from '../run/connect.ts';

export const exec = (program: Command) =>
  program
    .command('exec')
    .description("run a command in a machine; its exit code is the command's")
    .argument('<machine>')
    .argument('<command...>')
    .option('-n, --name <NAME>', 'name of the lab', 'lab')
    .option('-i, --stdin', 'pass standard input on')
    .passThroughOptions()
    .addHelpText(
      'after',
      "\nExamples:\n  miglab exec node-a ss -tn\n  miglab exec peer sh -c 'ip neigh | wc -l'\n",
    )
    .action(async (machine: string, command: string[], options) => {
      if (command[0] === '--') command.shift();
      using session = await connect(options.name, machine);
      const streams = { stdout: process.stdout, stderr: process.stderr };
      process.exitCode = await session.exec(
        command.map(quoted).join(' '),
        options.stdin ? { ...streams, stdin: process.stdin } : streams,
      );
    });
