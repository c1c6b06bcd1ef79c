// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { analyseRun } from '../analysis/run.ts';
import { writeReport } from '../report/write.ts';
import { print, printJson } from './output.ts';

export const report = (program: Command) =>
  program
    .command('report')
    .description('analyse the captures of a run again and draw its report')
    .argument('<run>', 'a folder that `miglab run` wrote: results/<run-id>')
    .option('--json', 'print the summary as JSON')
    .action(async (run: string, options) => {
      await analyseRun(run);
      const { html, summary, text } = await writeReport(run);
      if (options.json) return printJson(summary);
      print(`${text}\nReport: ${html}`);
    });
