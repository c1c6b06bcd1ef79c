// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { migrate as move } from '../run/by-hand.ts';
import { positiveInteger } from './number.ts';
import { print, printJson } from './output.ts';

export const migrate = (program: Command) =>
  program
    .command('migrate')
    .description('move a process with its connections to another node')
    .argument('[pid]', 'a process that cr_run started (default: the only one)', positiveInteger)
    .option('-n, --name <NAME>', 'name of the lab', 'lab')
    .option('--to <NODE>', 'the destination (default: the other node)')
    .option('--json', 'print the migration event as JSON')
    .addHelpText('after', '\nExamples:\n  miglab migrate\n  miglab migrate 8014 --to node-b\n')
    .action(async (pid: number | undefined, options) => {
      const moved = await move(options.name, pid, options.to);
      if (options.json) return printJson(moved);
      const { name, node, to, bytes = 0, freeze_ns = 0, resumed_ns = 0, connections = [] } = moved;
      const frozen = ((resumed_ns - freeze_ns) / 1e6).toFixed(0);
      const count = connections.length;
      print(
        `${name} (${moved.pid}): ${node} -> ${to}, frozen for ${frozen} ms, ${(bytes / 1e6).toFixed(1)} MB, ${count} ${count === 1 ? 'connection' : 'connections'}`,
      );
    });
