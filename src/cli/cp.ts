// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { ExitCode, Fault } from '../fault.ts';
import { copyIn, copyOut } from '../guest/copy.ts';
import { connect } from '../run/connect.ts';

export const cp = (program: Command) =>
  program
    .command('cp')
    .description('copy a file or folder into or out of a machine')
    .argument('<from>', 'PATH or MACHINE:PATH')
    .argument('<to>', 'PATH or MACHINE:PATH')
    .option('-n, --name <NAME>', 'name of the lab', 'lab')
    .addHelpText(
      'after',
      '\nExamples:\n  miglab cp ./probe node-a:/root/\n  miglab cp peer:/run/miglab/workload.jsonl .\n',
    )
    .action(async (from: string, to: string, options) => {
      const source = place(from);
      const target = place(to);
      const machine = source.machine ?? target.machine;
      if (!machine || (source.machine && target.machine))
        throw new Fault(
          ExitCode.usage,
          'exactly one side names a machine',
          'For example: miglab cp FILE node-a:/root/',
        );
      using session = await connect(options.name, machine);
      const sftp = await session.sftp();
      await (source.machine ? copyOut : copyIn)(sftp, source.path, target.path);
    });

function place(text: string): { machine?: string; path: string } {
  const match = /^([a-z][a-z0-9-]*):(.*)$/s.exec(text);
  return match ? { machine: match[1] ?? '', path: match[2] || '.' } : { path: text };
}
