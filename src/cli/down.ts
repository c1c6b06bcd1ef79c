// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { takeDown } from '../vm/teardown.ts';
import { print, printJson } from './output.ts';

export const down = (program: Command) =>
  program
    .command('down')
    .description('end the machines of a lab and everything it left; nothing else is touched')
    .option('-n, --name <NAME>', 'name of the lab', 'lab')
    .option('--json', 'print what was ended as JSON')
    .addHelpText('after', '\nExample:\n  miglab down -n lab\n')
    .action(async (options) => {
      const { ended } = await takeDown(options.name);
      if (options.json) return printJson({ name: options.name, ended });
      print(
        `${options.name}: down${ended.length > 0 ? ` (${ended.join(', ')} ended)` : ' (nothing was running)'}`,
      );
    });
