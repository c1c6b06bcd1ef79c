// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { ExitCode, Fault } from '../fault.ts';
import { GUARDED } from '../report/compare/comparison.ts';
import { type MeasuredRun, readMeasuredRun } from '../report/compare/trial.ts';
import { flatPoints, historyOf } from '../report/history/history.ts';
import { historyCsv, writeHistory } from '../report/history/write.ts';
import { METRIC_NAMES, type Metric } from '../report/metrics.ts';
import { runFolder } from '../run/run-folder.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';

interface HistoryOptions {
  output?: string;
  metric?: Metric[];
  csv?: string;
  json?: boolean;
  results: string;
}

export const history = (program: Command) =>
  program
    .command('history')
    .description('draw many runs over time, in one page that opens offline')
    .argument('[run...]', 'runs, or folders of runs; all of results/ when none is named')
    .option('-o, --output <FILE>', 'the page; history.html in the folder of the runs when it is not given')
    .addOption(
      new Option('--metric <NAME...>', `only these metrics, instead of ${GUARDED.join(', ')}`).choices(
        METRIC_NAMES,
      ),
    )
    .option('--csv <FILE>', 'write medians and intervals as a table, too')
    .option('--json', 'print medians and intervals as JSON, and write no page')
    .option('--results <DIR>', 'folder of the runs', 'results')
    .addHelpText(
      'after',
      '\nRuns that cannot be compared (soaks, runs of the module alone) are left out of a folder, and named.\n' +
        '\nExamples:\n  miglab history\n  miglab history ~/nightly --output nightly.html --csv nightly.csv\n',
    )
    .action(async (named: string[], options: HistoryOptions) => {
      const measured = await collect(named.length > 0 ? named : [options.results], options);
      if (measured.length === 0)
        throw new Fault(
          ExitCode.nothingMeasured,
          'no run to draw',
          'Name runs, or a folder that holds some.',
        );
      const drawn = historyOf(measured, options.metric ?? GUARDED);
      if (options.csv) await writeFile(options.csv, historyCsv(drawn));
      if (options.json) return printJson({ version: 1, runs: drawn.runs, points: flatPoints(drawn) });
      const file = options.output ?? join(options.results, 'history.html');
      await writeHistory(drawn, file);
      print(`History of ${drawn.runs.length} ${drawn.runs.length === 1 ? 'run' : 'runs'}: ${file}`);
    });

/** Each run once, however it is named. */
async function collect(named: readonly string[], { results, json }: HistoryOptions): Promise<MeasuredRun[]> {
  const shown = progress(json);
  const found = new Map<string, MeasuredRun>();
  for (const name of named) {
    const below = await runsIn(name);
    if (!below) {
      const folder = runFolder(name, results);
      found.set(folder, await readMeasuredRun(folder));
    }
    for (const folder of below ?? []) {
      const run = await readMeasuredRun(folder).catch((error: unknown) => {
        if (!(error instanceof Fault)) throw error;
        shown.note(`left out: ${error.message.split('\n')[0]}`);
      });
      if (run) found.set(folder, run);
    }
  }
  return [...found.values()];
}

/** Folders of runs in a folder; undefined for what is no folder, or itself a run. */
async function runsIn(folder: string): Promise<string[] | undefined> {
  const isRun = ['run.json', 'plan.json'].some((name) => existsSync(join(folder, name)));
  if (isRun || !existsSync(folder)) return undefined;
  const names = (await readdir(folder)).sort();
  return names.map((name) => join(folder, name)).filter((each) => existsSync(join(each, 'run.json')));
}
