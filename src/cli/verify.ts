// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Measurement } from '../analysis/measurement.ts';
import { ExitCode, Fault } from '../fault.ts';
import { prepareGround } from '../run/ground.ts';
import { executeRun } from '../run/run.ts';
import { runFolder } from '../run/run-folder.ts';
import { runId } from '../run/run-id.ts';
import { type CellComparison, compareRuns, runElsewhere } from '../run/verify.ts';
import { experimentPath } from '../spec/catalogue.ts';
import type { Experiment } from '../spec/experiment.ts';
import { paint } from './colour.ts';
import { describeCost } from './cost.ts';
import { evaluate } from './evaluation.ts';
import { interruption } from './interruption.ts';
import { positiveInteger } from './number.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';
import { onlyCells, readPlan } from './run.ts';

interface VerifyOptions {
  quick?: boolean;
  full?: boolean;
  cell?: string[];
  image?: string;
  clock?: Experiment['clock'];
  jobs?: number;
  /** True, or names, where it stands before other words. */
  runs?: string[] | true;
  resume?: string[];
  appendix?: string;
  results: string;
  dryRun?: boolean;
  json?: boolean;
}

export const verify = (program: Command) =>
  program
    .command('verify')
    .description('carry an experiment out twice and compare every bit; or measure and judge every claim')
    .argument('[experiment]', 'a file, or a name below experiments/; with --runs a run')
    .argument('[other]', 'with --runs: the run that it is compared with')
    .option('--quick', 'judge every claim by the least cells that support it')
    .option('--full', 'judge every claim by every cell with every seed; of an experiment: as many seeds')
    .option('--runs [RUN...]', 'take runs that are there, from any machines, instead of measuring')
    .option('--resume <RUN...>', 'go on with the runs of an evaluation that was interrupted')
    .option('--appendix <FILE>', 'with --quick or --full: write an artifact appendix, as FILE.md or FILE.tex')
    .option('--cell <ID...>', 'only these cells of an experiment')
    .option('--image <NAME>', "another image than the topology's, for its kernel")
    .addOption(
      new Option('--clock <CLOCK>', "with --quick or --full: another clock than the experiment's").choices([
        'real',
        'virtual',
        'auto',
      ]),
    )
    .option('--jobs <N>', 'boots at once; as many as there are processors', positiveInteger)
    .option('--results <DIR>', 'folder of the runs; of an experiment, of the first', 'results')
    .option('--dry-run', 'with --quick or --full: print what would be measured and what it costs')
    .option('--json', 'print what came out as JSON')
    .addHelpText(
      'after',
      `
With an experiment: it is carried out twice on the virtual clock, the second time by another process, from another folder, in another locale
and time zone, with machines stopped now and then, and captures, consoles, events and metrics must be the same to the bit.
With --quick or --full: what the claims of all experiments/*/claims.yml need is measured, each claim is judged, and the exit code is 0 when
every verdict and value is the one that claims.yml states of this artifact, 1 when one differs, 2 when not all of them were measured.

Examples:
  miglab verify tcpmig/figures --cell 01-duplex-1mb-r120-p2-b2097152-s1
  miglab verify --runs MINE YOURS
  miglab verify --quick --appendix appendix.md
  miglab verify --full --runs figures-20260102t030405z pass-20260102t031405z
`,
    )
    .action(async (experiment: string | undefined, other: string | undefined, options: VerifyOptions) => {
      const asked = formOf([experiment, other], options);
      process.exitCode =
        asked.form === 'claims'
          ? await evaluate({ ...options, extent: asked.extent, runs: asked.runs })
          : await compareBits(asked.names, options);
    });

/** What is meant, by what was named. @throws Fault (64) where that is nothing, or both */
function formOf(words: readonly (string | undefined)[], options: VerifyOptions) {
  const { quick, full, runs } = options;
  const names = [...(Array.isArray(runs) ? runs : []), ...words.filter((word) => word !== undefined)];
  if (quick && full) throw new Fault(ExitCode.usage, '--quick or --full: take one of them');
  const extent = quick ? 'quick' : 'full';
  if (quick || (full && (runs || names.length === 0))) {
    refuse('--quick and --full', { '--cell': options.cell, [String(names[0])]: !runs && names.length > 0 });
    if (runs) {
      refuse('--runs', { '--resume': options.resume, '--dry-run': options.dryRun });
      if (names.length === 0) throw new Fault(ExitCode.usage, '--runs judges runs: name one or more');
    }
    return { form: 'claims', extent, runs: names } as const;
  }
  const { appendix, resume, clock, dryRun } = options;
  refuse('comparing bits', {
    ...{ '--appendix': appendix, '--resume': resume, '--clock': clock, '--dry-run': dryRun },
  });
  if (names.length === 0)
    throw new Fault(ExitCode.usage, 'name an experiment, or take --quick or --full for all claims');
  if (names.length > 2)
    throw new Fault(
      ExitCode.usage,
      '--runs compares two runs',
      'With --quick or --full it judges claims by any number.',
    );
  return { form: 'bits', names } as const;
}

function refuse(what: string, options: Record<string, unknown>): void {
  const found = Object.keys(options).filter((name) => options[name]);
  if (found.length > 0) throw new Fault(ExitCode.usage, `${what}: not with ${found.join(', ')}`);
}

/** @returns the exit code */
async function compareBits(
  [experiment = '', other]: readonly string[],
  options: VerifyOptions,
): Promise<ExitCode> {
  const { comparisons, stalls, second } = options.runs
    ? await compareThere(experiment, other, options)
    : await measureTwice(experiment, options);
  const isSame = comparisons.every(({ differences }) => differences.length === 0);
  if (second && isSame) await rm(second, { recursive: true });
  const kept = second && !isSame ? second : null;
  if (options.json) printJson({ identical: isSame, stalls, kept, cells: comparisons });
  else print(describe(comparisons, stalls) + (kept ? `\nThe second run is kept in ${kept}` : ''));
  if (comparisons.length === 0) return ExitCode.nothingMeasured;
  return isSame ? ExitCode.good : ExitCode.checkFailed;
}

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
