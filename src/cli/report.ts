// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { analyseRun } from '../analysis/run.ts';
import { ExitCode, Fault } from '../fault.ts';
import { writeReport } from '../report/write.ts';
import { print, printJson } from './output.ts';

export const report = (program: Command) =>
  program
    .command('report')
    .description('analyse the captures of a run again and draw its report')
    .argument('<run>', 'the id of a run, or the folder that `miglab run` wrote')
    .option('--json', 'print the summary as JSON')
    .action(async (run: string, options) => {
      const folder = existsSync(run) ? run : join('results', run);
      if (!existsSync(folder))
        throw new Fault(ExitCode.usage, `no run "${run}"`, 'Name a folder that `miglab run` wrote.');
      await analyseRun(folder);
      const { html, summary, text } = await writeReport(folder);
      if (options.json) return printJson(summary);
      print(`${text}\nReport: ${html}`);
    });
