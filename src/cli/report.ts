// SPDX-License-Identifier: GPL-2.0-only
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { analyseRun } from '../analysis/run.ts';
import { writeReport } from '../report/write.ts';
import { referenceOf } from '../run/reference.ts';
import { runFolder } from '../run/run-folder.ts';
import { print, printJson } from './output.ts';
import { paintVerdicts } from './verdicts.ts';

export const report = (program: Command) =>
  program
    .command('report')
    .description('analyse the captures of a run again and draw its report')
    .argument('<run>', 'the id of a run, or the folder that `miglab run` wrote')
    .option(
      '--reference <FILE>',
      'write what the run gave as reference results, for NAME.reference.json beside NAME.exp.yml',
    )
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', '\nExample:\n  miglab report figures-20260102t030405z\n')
    .action(async (run: string, options) => {
      const folder = runFolder(run);
      const { rows } = await analyseRun(folder);
      if (options.reference)
        await writeFile(
          options.reference,
          `${JSON.stringify(await referenceOf(folder, rows), undefined, 1)}\n`,
        );
      const { html, figures, summary, text } = await writeReport(folder);
      if (options.json) return printJson(summary);
      print(`${paintVerdicts(text)}\nReport: ${html}\nFigures: ${figures} (SVG and PNG, light and dark)`);
    });
