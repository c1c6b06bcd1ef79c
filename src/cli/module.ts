// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { reloadModule } from '../run/reload.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';

export function module(program: Command): void {
  program
    .command('module')
    .description('the kernel module of a lab that is up')
    .command('reload')
    .description('build lab/module as it is now, and replace it on every node; connections live on')
    .option('-n, --name <NAME>', 'name of the lab', 'lab')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  miglab module reload && miglab migrate\n')
    .action(async (options) => {
      const shown = progress(options.json);
      const { sha256, nodes } = await reloadModule(options.name, shown.report);
      shown.end();
      if (options.json) return printJson({ sha256, nodes });
      for (const { node, loaded } of nodes)
        print(`${node.padEnd(8)} ${loaded ? 'reloaded' : 'copied; not loaded yet'}   ${sha256.slice(0, 12)}`);
    });
}
