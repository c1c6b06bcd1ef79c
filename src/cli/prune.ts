// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { findOrphans, type Orphan, removeOrphans } from '../vm/prune.ts';
import { print, printJson } from './output.ts';

export const prune = (program: Command) =>
  program
    .command('prune')
    .description('end and remove what killed processes left; labs that are up and runs under way stay')
    .option('--dry-run', 'print what would be ended and removed, and do nothing')
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExample:\n  miglab prune --dry-run\n')
    .action(async (options) => {
      const orphans = findOrphans();
      if (!options.dryRun) await removeOrphans(orphans);
      if (options.json) return printJson({ removed: !options.dryRun, orphans });
      for (const orphan of orphans)
        print(`${options.dryRun ? 'would go' : 'gone'}  ${title(orphan)}: ${orphan.why}`);
      if (orphans.length === 0) print('nothing to prune');
    });

function title(orphan: Orphan): string {
  if (orphan.kind === 'process') return `process ${orphan.process.pid}`;
  return orphan.kind === 'lab' ? `lab ${orphan.name}` : `${orphan.kind} ${orphan.path}`;
}
