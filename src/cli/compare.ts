// SPDX-License-Identifier: GPL-2.0-only
import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ExitCode, Fault } from '../fault.ts';
import { type Comparison, compareRuns, GUARDED, type Outcome } from '../report/compare/comparison.ts';
import { junitOf } from '../report/compare/junit.ts';
import { markdownOf } from '../report/compare/markdown.ts';
import { renderComparison } from '../report/compare/terminal.ts';
import { readMeasuredRun } from '../report/compare/trial.ts';
import { METRIC_NAMES, METRICS, type Metric } from '../report/metrics.ts';
import { runFolder } from '../run/run-folder.ts';
import { paint } from './colour.ts';
import { compareModules, type ModuleOptions, moduleOptions, refuseModuleOptions } from './compare-modules.ts';
import { print, printJson } from './output.ts';
import { addTolerance, type Tolerances, toleranceOf, usualTolerances } from './tolerance.ts';

interface CompareOptions extends Omit<ModuleOptions, 'json'> {
  module?: boolean;
  noise?: string[];
  metric?: Metric[];
  alpha: number;
  tolerance: Tolerances;
  markdown?: string;
  junit?: string;
  json?: string | true;
}

/** Those that have a worse and a better. A reset or a wrong byte makes a row invalid, and is told as such. */
const comparable = METRIC_NAMES.filter(
  (metric) => METRICS[metric].worse !== null && metric !== 'rst' && metric !== 'bytes_wrong',
);

export const compare = (program: Command) => {
  const verb = program
    .command('compare')
    .description('compare two runs, metric by metric, and fail for what became worse')
    .argument('<base>', 'a run, or with --module the sources of a module: a folder, or a git revision')
    .argument('<head>', 'the same, of what is judged')
    .argument('[experiment]', 'with --module: a file, or a name below experiments/')
    .option(
      '--noise <RUN...>',
      'further runs of what BASE ran: what they differ by is no change; without any, halves of BASE',
    )
    .addOption(
      new Option('--metric <NAME...>', `only these metrics, instead of ${GUARDED.join(', ')}`).choices(
        comparable,
      ),
    )
    .addOption(
      new Option(
        '--tolerance <SHARE>',
        'a change that does not matter: 5%, or of one metric delay_ms=10%; as often as needed',
      )
        .argParser(addTolerance)
        .default(usualTolerances, '5%'),
    )
    .option('--alpha <P>', 'the chance to be wrong, in all tests together', chance, 0.05)
    .option('--markdown <FILE>', 'write the comparison for a comment or a job’s summary')
    .option('--junit <FILE>', 'write it as JUnit’s XML, a test case for each question')
    .option('--json [FILE]', 'print the comparison as JSON, or write it')
    .option('--results <DIR>', 'folder of the runs', 'results');
  return moduleOptions(verb)
    .addHelpText(
      'after',
      '\nA change is flagged when p, corrected for all tests, is below alpha; when all of its 95% interval lies beyond the\n' +
        'tolerance; and when it is larger than what equal code showed. Exit codes: 0 no regression, 1 a regression,\n' +
        '2 nothing to compare or too few values. docs/compare.md\n' +
        '\nExamples:\n  miglab compare figures-20260102t030405z figures-20260103t030405z\n' +
        '  miglab compare BASE HEAD --tolerance 5% --tolerance delay_ms=10% --junit compare.xml\n' +
        '  miglab compare --module main lab/module tcpmig/figures --seeds 12\n',
    )
    .action(async (base: string, head: string, experiment: string | undefined, options) => {
      process.exitCode = await carryOut(base, head, experiment, options);
    });
};

async function carryOut(
  base: string,
  head: string,
  experiment: string | undefined,
  options: CompareOptions,
): Promise<number> {
  if (!options.module) {
    refuseModuleOptions(experiment, options);
    return conclude(runFolder(base, options.results), runFolder(head, options.results), options);
  }
  if (!experiment)
    throw new Fault(ExitCode.usage, '--module takes two modules and the experiment that compares them');
  const runs = await compareModules(base, head, experiment, { ...options, json: options.json === true });
  return runs ? conclude(runs.base, runs.head, options) : ExitCode.good;
}

/** Compares two folders of runs, prints and writes what came out. @returns the exit code */
async function conclude(base: string, head: string, options: CompareOptions): Promise<number> {
  const [one, other, ...noise] = await Promise.all(
    [base, head, ...(options.noise ?? []).map((run) => runFolder(run, options.results))].map(readMeasuredRun),
  );
  if (!one || !other) throw new Error('two folders give two runs');
  const comparison = compareRuns(one, other, {
    ...{ metrics: options.metric ?? GUARDED, alpha: options.alpha },
    ...{ tolerance: toleranceOf(options.tolerance), noise },
  });
  await writeAll(comparison, options);
  if (options.json === true) printJson(comparison);
  else print(painted(renderComparison(comparison)));
  return exitCodes[comparison.outcome];
}

async function writeAll(
  comparison: Comparison,
  { markdown, junit, json }: Pick<CompareOptions, 'markdown' | 'junit' | 'json'>,
): Promise<void> {
  if (markdown) await writeFile(markdown, markdownOf(comparison));
  if (junit) await writeFile(junit, junitOf(comparison));
  if (typeof json === 'string') await writeFile(json, `${JSON.stringify(comparison, undefined, 2)}\n`);
}

const exitCodes: Record<Outcome, number> = {
  good: ExitCode.good,
  regression: ExitCode.checkFailed,
  nothing: ExitCode.nothingMeasured,
};

const painted = (text: string): string =>
  text
    .split('\n')
    .map((line) => {
      if (/✗ regression$|^Regression/.test(line)) return paint('red', line);
      if (/\+ improvement$/.test(line)) return paint('green', line);
      return /\? too few values$|^Nothing|^Too few/.test(line) ? paint('yellow', line) : line;
    })
    .join('\n');

function chance(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('expected a number between 0 and 1');
  return value;
}
