// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Measurement } from '../analysis/measurement.ts';
import { ExitCode, Fault } from '../fault.ts';
import { prepareGround } from '../run/ground.ts';
import { executeRun } from '../run/run.ts';
import { runFolder } from '../run/run-folder.ts';
import { runId } from '../run/run-id.ts';
import { type CellComparison, compareRuns, runElsewhere } from '../run/verify.ts';
import { experimentPath } from '../spec/catalogue.ts';
import { paint } from './colour.ts';
import { describeCost } from './cost.ts';
import { interruption } from './interruption.ts';
import { positiveInteger } from './number.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';
import { onlyCells, readPlan } from './run.ts';

interface VerifyOptions {
  cell?: string[];
  image?: string;
  full?: boolean;
  jobs?: number;
  runs?: boolean;
  results: string;
  json?: boolean;
}

export const verify = (program: Command) =>
  program
    .command('verify')
    .description('carry an experiment out twice on the virtual clock, and compare every bit')
    .argument('<experiment>', 'a file, or a name below experiments/; with --runs a run')
    .argument('[other]', 'with --runs: the run that it is compared with')
    .option('--runs', 'compare two runs that are there, from any machines, instead of measuring')
    .option('--cell <ID...>', 'only these cells')
    .option('--image <NAME>', "another image than the topology's, for its kernel")
    .option('--full', 'as many seeds as the experiment has for a full sweep')
    .option('--jobs <N>', 'boots at once; as many as there are processors', positiveInteger)
    .option('--results <DIR>', 'folder of the first run', 'results')
    .option('--json', 'print the comparison as JSON')
    .addHelpText(
      'after',
      '\nThe second time another process does it, from another folder, in another locale and time zone, and machines are\n' +
        'stopped now and then. Captures, consoles, events and metrics must be the same to the bit.\n' +
        '\nExamples:\n  miglab verify tcpmig/figures --cell 01-duplex-1mb-r120-p2-b2097152-s1\n  miglab verify --runs MINE YOURS\n',
    )
    .action(async (experiment: string, other: string | undefined, options: VerifyOptions) => {
      const { comparisons, stalls, second } = options.runs
        ? await compareThere(experiment, other, options)
        : await measureTwice(experiment, options);
      const isSame = comparisons.every(({ differences }) => differences.length === 0);
      if (second && isSame) await rm(second, { recursive: true });
      const kept = second && !isSame ? second : null;
      if (options.json) printJson({ identical: isSame, stalls, kept, cells: comparisons });
      else print(describe(comparisons, stalls) + (kept ? `\nThe second run is kept in ${kept}` : ''));
      process.exitCode =
        comparisons.length === 0 ? ExitCode.nothingMeasured : isSame ? ExitCode.good : ExitCode.checkFailed;
    });

interface Verified {
  comparisons: CellComparison[];
  /** How often a machine was stopped in the second run. */
  stalls: number;
  /** Folder of the second run, if it was measured for this. */
  second?: string;
}

async function measureTwice(experiment: string, options: VerifyOptions): Promise<Verified> {
  const signal = interruption();
  const shown = progress(options.json);
  const plan = onlyCells(await readPlan(experiment, { ...options, clock: 'virtual' }), options.cell);
  const cells = plan.cells.map(({ id }) => id);
  shown.note(`${plan.experiment.title}\nTwice ${describeCost(plan.cost)}`);
  const ground = await prepareGround(plan.lab.image, shown.report, undefined, signal);
  const id = runId(plan.file, new Date());
  const directory = join(options.results, id);
  const { rows } = await executeRun(plan, ground, directory, id, shown.report, signal, options.jobs);
  requireMeasured(cells, rows, directory);
  const folder = await mkdtemp(join(tmpdir(), 'miglab-verify-'));
  const { directory: again, stalls } = await runElsewhere({
    ...{ experiment: resolve(experimentPath(experiment)), cells, image: plan.lab.image },
    ...{ folder, full: options.full === true },
    ...{ jobs: options.jobs, report: shown.report, signal },
  });
  shown.end();
  return { comparisons: await compareRuns(directory, again, cells), stalls, second: folder };
}

/**
 * Two cells in which nothing moved may well be the same; that would say nothing.
 *
 * @throws Fault (2) naming the cells that measured nothing
 */
function requireMeasured(cells: readonly string[], rows: readonly Measurement[], directory: string): void {
  const empty = cells.filter((id) => !rows.some(({ cell }) => cell === id));
  if (empty.length > 0)
    throw new Fault(
      ExitCode.nothingMeasured,
      `nothing to compare: no migration was measured in ${empty.join(', ')}`,
      `${directory} has each cell's consoles and events.`,
    );
}

async function compareThere(
  one: string,
  other: string | undefined,
  { cell, results }: VerifyOptions,
): Promise<Verified> {
  if (!other) throw new Fault(ExitCode.usage, '--runs compares two runs: name both');
  const [first, second] = [runFolder(one, results), runFolder(other, results)];
  const cells =
    cell ?? (await readdir(join(first, 'cells'))).filter((name) => !name.endsWith('.partial')).sort();
  return { comparisons: await compareRuns(first, second, cells), stalls: 0 };
}

function describe(comparisons: readonly CellComparison[], stalls: number): string {
  const same = comparisons.filter(({ differences }) => differences.length === 0).length;
  const disturbed = stalls > 0 ? `; machines were stopped ${stalls} times in the second run` : '';
  return [
    ...comparisons.flatMap(describeCell),
    '',
    `${same} of ${comparisons.length} cells identical to the bit${disturbed}`,
  ].join('\n');
}

function describeCell({ cell, capture, differences }: CellComparison): string[] {
  if (differences.length === 0) return [`${paint('green', 'identical')}  ${cell}  ${capture?.slice(0, 16)}`];
  return [
    `${paint('red', 'differs')}    ${cell}`,
    ...differences.map(({ file, where }) => `  ${file}: ${where}`),
  ];
}
