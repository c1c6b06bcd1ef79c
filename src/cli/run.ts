// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { ExitCode, Fault } from '../fault.ts';
import { migrationCost } from '../plan/cost.ts';
import { type Clock, planCells } from '../plan/experiment.ts';
import { realClockNotes } from '../plan/netem.ts';
import { qemuArguments } from '../plan/qemu.ts';
import { cellScenario } from '../plan/scenario.ts';
import { clockHere, decideClock, decided } from '../run/clock.ts';
import { prepareGround } from '../run/ground.ts';
import { type Resumption, resumeRun } from '../run/resume.ts';
import { executeRun } from '../run/run.ts';
import { runFolder, runName, unfinishedRuns } from '../run/run-folder.ts';
import { runId } from '../run/run-id.ts';
import { type ClockedExperiment, planRun, type RunPlan, withCells } from '../run/run-plan.ts';
import { readAnyExperiment } from '../spec/any-experiment.ts';
import { experimentPath, recordedPath, topologyPath } from '../spec/catalogue.ts';
import { type Experiment, readExperiment, requireClock } from '../spec/experiment.ts';
import { readTopology, type Topology } from '../spec/topology.ts';
import { checking } from './checks.ts';
import { conclude } from './conclusion.ts';
import { describeCost } from './cost.ts';
import { isFuzzed, resumeFuzz, runFuzz } from './fuzz.ts';
import { interruption } from './interruption.ts';
import { positiveInteger } from './number.ts';
import { printJson } from './output.ts';
import { passingOn } from './passing.ts';
import { progress } from './progress.ts';
import { runSimple } from './simple.ts';

export interface RunOptions {
  json?: boolean;
  /** Boots at once, on the virtual clock. */
  jobs?: number;
  results: string;
}

export const run = (program: Command) =>
  program
    .command('run')
    .description(
      'carry out an experiment, measure, and write results/<run-id>; or go on with one that was interrupted',
    )
    .argument('[experiment]', 'a file, or a name below experiments/ such as tcpmig/figures')
    .option('--resume <RUN>', 'measure what an interrupted run lacks; by its name in results/, or its folder')
    .option('--cell <ID...>', 'only these cells of the plan')
    .option('--image <NAME>', "another image than the topology's, for its kernel")
    .addOption(
      new Option('--clock <CLOCK>', "another clock than the experiment's").choices([
        'real',
        'virtual',
        'auto',
      ]),
    )
    .option(
      '--jobs <N>',
      'boots at once on the virtual clock; as many as there are processors',
      positiveInteger,
    )
    .option('--migrations <N>', 'of a soak: so many, instead of what its file says', positiveInteger)
    .option('--full', 'on the virtual clock: as many seeds as the experiment has for a full sweep')
    .option(
      '--seeds <N>',
      'as many boots of each point of the matrix, each with a seed of its own; at most as many as the matrix allows',
      positiveInteger,
    )
    .option('--inputs <N>', 'of a fuzzing run: as many', positiveInteger)
    .option(
      '--input <NAME>',
      'with --resume of a fuzzing run: only try this input again, as its console names it',
    )
    .option('--results <DIR>', 'folder of the runs', 'results')
    .option('--dry-run', 'print cells, scenarios and command lines, start nothing')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  miglab run tcpmig/figures\n  miglab run --resume figures-20260102t030405z\n',
    )
    .action(async (experiment: string | undefined, options) => {
      if (options.resume && isFuzzed(options.resume, options.results)) {
        refuseWithResume(experiment, options);
        process.exitCode = await resumeFuzz(options.resume, options);
        return;
      }
      if (options.resume) {
        refuseWithResume(experiment, options);
        process.exitCode = await goOn(options.resume, options);
        return;
      }
      if (!experiment) throw new Fault(ExitCode.usage, 'name an experiment, or a run with --resume');
      const file = experimentPath(experiment);
      const asked = await readAnyExperiment(file);
      if (asked.engine === 'fuzz') {
        process.exitCode = await runFuzz(asked, file, options);
        return;
      }
      if (asked.engine === 'module') {
        process.exitCode = await runSimple(checking, asked, file, options);
        return;
      }
      if (asked.engine === 'tcpcp') {
        process.exitCode = await runSimple(passingOn, asked, file, options);
        return;
      }
      const plan = onlyCells(await readPlan(experiment, options), options.cell);
      if (options.dryRun) return printJson(describePlan(plan));
      process.exitCode = await carryOut(plan, options);
    });

function refuseWithResume(experiment: string | undefined, options: Record<string, unknown>): void {
  const asked = ['cell', 'image', 'clock', 'full', 'seeds', 'migrations', 'dryRun'].filter(
    (name) => options[name],
  );
  if (experiment || asked.length > 0)
    throw new Fault(
      ExitCode.usage,
      `--resume goes on with the run's own plan; it takes no ${experiment ? 'experiment' : 'other choice'}`,
    );
}

interface PlanOptions {
  migrations?: number;
  clock?: Experiment['clock'];
  full?: boolean;
  /** Of each point of the matrix, on either clock. */
  seeds?: number;
  image?: string;
  cell?: readonly string[];
  dryRun?: boolean;
  json?: boolean;
}

/** What `auto` stands for is asked of the host, which may have to build an image for that; not for `--dry-run`. */
export async function readPlan(experiment: string, options: PlanOptions): Promise<RunPlan> {
  const file = experimentPath(experiment);
  const spec = await readExperiment(file);
  if (options.migrations && !spec.soak)
    throw new Fault(ExitCode.usage, `${file} is no soak: it takes no --migrations`);
  if (options.seeds && spec.soak)
    throw new Fault(ExitCode.usage, `${file} is a soak: its migrations make up its boots, take --migrations`);
  const topology = await readTopology(topologyPath(spec.topology));
  const image = options.image ?? topology.image;
  requireOneImage(file, topology);
  const asked = options.clock ?? spec.clock;
  const on = (clock: Clock) =>
    decided(spec, { clock, ...samplesOf(spec, clock, options), migrations: options.migrations });
  if (asked !== 'real' && !options.dryRun)
    progress(options.json).note(costBeforehand(asked, on, options.cell));
  const clock = options.dryRun ? decideClock(asked, { accelerator: 'tcg' }) : await chooseClock(asked, image);
  const chosen = on(clock);
  await requireClock(file, chosen);
  const plan = planRun(chosen, recordedPath(file), topology);
  return { ...plan, lab: { ...plan.lab, image } };
}

/** How many boots of each point there are, on the clock that was chosen. */
const samplesOf = (spec: Experiment, clock: Clock, { seeds, full }: PlanOptions) =>
  clock === 'real' ? { boots: seeds } : { seeds: seeds ?? (full ? spec.virtual?.seeds_full : undefined) };

/** A process moves between machines of the same kernel: `cr_checkpoint` refuses another (docs/checkpoint.md). */
function requireOneImage(file: string, { name, image, machines }: Topology): void {
  if (Object.values(machines).every((machine) => (machine.image ?? image) === image)) return;
  throw new Fault(
    ExitCode.usage,
    `${file}: machines of the topology ${name} have different images`,
    'A process moves between machines of the same kernel only. Take --image for all of them, and a topology without.',
  );
}

/** Whether a clock can be had is known only when the lab's QEMU is there, which may have to be fetched. */
function costBeforehand(
  asked: 'virtual' | 'auto',
  on: (clock: Clock) => ClockedExperiment,
  ids: readonly string[] | undefined,
): string {
  const cost = (clock: Clock) =>
    describeCost(migrationCost(planCells(on(clock), clock).filter(({ id }) => !ids || ids.includes(id))));
  const virtual = `On the virtual clock: ${cost('virtual')}`;
  return asked === 'virtual' ? virtual : `${virtual}\nOn the real clock, where KVM works: ${cost('real')}`;
}

async function chooseClock(asked: Experiment['clock'], image: string): Promise<Clock> {
  if (asked === 'real') return asked;
  const shown = progress(false);
  const ground = await prepareGround(image, shown.report, undefined, interruption());
  const { clock, note } = await clockHere(asked, ground);
  if (note) shown.note(note);
  return clock;
}

/** @throws Fault (64) for a cell that the plan does not have. */
export function onlyCells(plan: RunPlan, ids: readonly string[] | undefined): RunPlan {
  if (!ids) return plan;
  const known = plan.cells.map(({ id }) => id);
  const unknown = ids.filter((id) => !known.includes(id));
  if (unknown.length > 0)
    throw new Fault(
      ExitCode.usage,
      `no cell ${unknown.join(', ')} in ${plan.file}`,
      `It has ${known.join(', ')}.`,
    );
  return withCells(
    plan,
    plan.cells.filter(({ id }) => ids.includes(id)),
  );
}

/** Runs, reports, prints. @returns the exit code. */
export async function carryOut(plan: RunPlan, options: RunOptions): Promise<number> {
  const signal = interruption();
  const shown = progress(options.json);
  shown.note(`${plan.experiment.title}\n${describeCost(plan.cost)}`);
  if (plan.experiment.clock === 'real') realClockNotes(plan.cells[0]?.impairments ?? []).forEach(shown.note);
  for (const { directory, measured, cells } of (await unfinishedRuns(options.results, plan.file)).slice(-1))
    shown.note(
      `An earlier run of this experiment was interrupted with ${measured} of ${cells} cells measured; to go on with that one: miglab run --resume ${runName(directory)}`,
    );
  const ground = await prepareGround(plan.lab.image, shown.report, undefined, signal);
  const id = runId(plan.file, new Date());
  const directory = join(options.results, id);
  const outcome = await tellingHowToGoOn(directory, shown.note, () =>
    executeRun(plan, ground, directory, id, shown.report, signal, options.jobs),
  );
  shown.end();
  return conclude(outcome, undefined, options.json);
}

/** Goes on with an interrupted run. @returns the exit code. */
export async function goOn(run: string, options: RunOptions): Promise<number> {
  const signal = interruption();
  const shown = progress(options.json);
  const directory = runFolder(run, options.results);
  const onPlan = ({ plan, measured, missing }: Resumption) =>
    shown.note(
      `${plan.experiment.title}\nResumed: ${measured.length} of ${plan.cells.length} cells are measured. To go: ${describeCost(migrationCost(missing))}`,
    );
  const { resumption, ...outcome } = await tellingHowToGoOn(directory, shown.note, () =>
    resumeRun({ directory, onPlan, report: shown.report, signal, jobs: options.jobs }),
  );
  shown.end();
  return conclude(outcome, resumption, options.json);
}

/** What was measured is kept when a run ends early. A refusal (64) is no interruption. */
async function tellingHowToGoOn<T>(
  directory: string,
  note: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isRefused = error instanceof Fault && error.exitCode === ExitCode.usage;
    if (!isRefused && existsSync(join(directory, 'plan.json')))
      note(`What was measured is kept. To go on: miglab run --resume ${runName(directory)}`);
    throw error;
  }
}

/** The whole plan, with paths that are not built yet named by what they will be. */
function describePlan(plan: RunPlan) {
  const boot = {
    accelerator: 'tcg' as const,
    kernel: 'KERNEL',
    initramfs: 'INITRAMFS',
    mgmt: false,
    captures: [],
    ...(plan.experiment.clock === 'virtual' ? { lockstep: 'LOCKSTEP' } : {}),
  };
  return {
    ...plan,
    commands: plan.lab.machines.map((machine) => [
      'qemu-system-x86_64',
      ...qemuArguments(plan.lab, machine, boot),
    ]),
    scenarios: plan.cells.map((cell) => ({
      cell: cell.id,
      scripts: Object.fromEntries(
        plan.lab.machines.map((each) => [each.name, cellScenario(plan.lab, each, cell)]),
      ),
    })),
  };
}
