// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { ExitCode, Fault } from '../fault.ts';
import { type ModuleFacts, moduleFacts } from '../image/module-choice.ts';
import { migrationCost } from '../plan/cost.ts';
import { writeReport } from '../report/write.ts';
import { prepareGround, withModule } from '../run/ground.ts';
import { interleave } from '../run/interleave.ts';
import { executePair } from '../run/run.ts';
import { runName } from '../run/run-folder.ts';
import { runId } from '../run/run-id.ts';
import type { RunPlan } from '../run/run-plan.ts';
import { describeCost } from './cost.ts';
import { interruption } from './interruption.ts';
import { positiveInteger } from './number.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';
import { onlyCells, readPlan } from './run.ts';

export interface ModuleOptions {
  clock?: 'real' | 'virtual' | 'auto';
  seeds?: number;
  full?: boolean;
  cell?: string[];
  image?: string;
  jobs?: number;
  dryRun?: boolean;
  results: string;
  json: boolean;
}

/** Of `miglab compare --module`, in the words of `miglab run`. */
export const moduleOptions = (verb: Command): Command =>
  verb
    .option(
      '--module',
      'BASE and HEAD are modules: run the experiment with both, boots in turns, and compare',
    )
    .option('--seeds <N>', 'with --module: as many boots of each point of the matrix', positiveInteger)
    .option('--full', 'with --module: as many seeds as the experiment has for a full sweep')
    .option('--cell <ID...>', 'with --module: only these cells')
    .option('--image <NAME>', "with --module: another image than the topology's")
    .addOption(
      new Option('--clock <CLOCK>', "with --module: another clock than the experiment's").choices([
        'real',
        'virtual',
        'auto',
      ]),
    )
    .option('--jobs <N>', 'with --module: boots at once on the virtual clock', positiveInteger)
    .option('--dry-run', 'with --module: print what it costs and the order of the boots, start nothing');

const choices = ['seeds', 'full', 'cell', 'image', 'clock', 'jobs', 'dryRun'] as const;

/** @throws Fault (64) for what only --module has a use for */
export function refuseModuleOptions(
  experiment: string | undefined,
  options: Pick<ModuleOptions, (typeof choices)[number]>,
): void {
  if (experiment || choices.some((name) => options[name] !== undefined))
    throw new Fault(
      ExitCode.usage,
      'two runs that are there take no experiment, and no choice of what to run',
      'With --module they are modules, and the experiment is run with both.',
    );
}

/** @returns the folders of both runs; undefined when they were only to be described */
export async function compareModules(
  base: string,
  head: string,
  experiment: string,
  options: ModuleOptions,
): Promise<{ base: string; head: string } | undefined> {
  const modules = { base: await moduleFacts(base), head: await moduleFacts(head) };
  const plan = onlyCells(await readPlan(experiment, options), options.cell);
  if (plan.experiment.soak)
    throw new Fault(
      ExitCode.usage,
      `${plan.file} is a soak: it asks what migrations leave behind, not how long they take`,
    );
  if (options.dryRun) {
    if (options.json) printJson(describePlan(plan, modules));
    else print([...notesOf(plan, modules), ...orderOf(plan)].join('\n'));
    return undefined;
  }
  return runBoth(plan, modules, options);
}

type Modules = Record<'base' | 'head', ModuleFacts>;

async function runBoth(plan: RunPlan, modules: Modules, options: ModuleOptions) {
  const signal = interruption();
  const shown = progress(options.json);
  for (const line of notesOf(plan, modules)) shown.note(line);
  const ground = await prepareGround(plan.lab.image, shown.report, undefined, signal);
  const id = runId(plan.file, new Date());
  const beginning = async (side: keyof Modules) => {
    const { chosen } = modules[side];
    return {
      ...{ plan, id: `${id}-${side}`, directory: join(options.results, `${id}-${side}`), signal },
      ground: chosen ? await withModule(ground, chosen, shown.report) : ground,
      report: (line: Parameters<typeof shown.report>[0]) =>
        shown.report({ ...line, stage: `${side} ${line.stage}` }),
      jobs: options.jobs,
    };
  };
  const [base, head] = [await beginning('base'), await beginning('head')];
  try {
    await executePair(base, head);
  } catch (error) {
    if (existsSync(join(head.directory, 'plan.json'))) {
      const [one, other] = [runName(base.directory), runName(head.directory)];
      shown.note(
        `What was measured is kept. To go on: miglab run --resume ${one} && miglab run --resume ${other}, then miglab compare ${one} ${other}`,
      );
    }
    throw error;
  }
  shown.end();
  for (const { directory } of [base, head]) await writeReport(directory);
  return { base: base.directory, head: head.directory };
}

function notesOf({ experiment, cells }: RunPlan, { base, head }: Modules): string[] {
  const told = ({ chosen, sha256 }: ModuleFacts) =>
    `${chosen ?? 'lab/module'}, sources ${sha256.slice(0, 12)}`;
  return [
    experiment.title,
    `BASE  ${told(base)}`,
    `HEAD  ${told(head)}`,
    `Both, in turns: ${describeCost(migrationCost([...cells, ...cells]))}`,
    ...(base.sha256 === head.sha256 ? ['The sources are the same: this shows the noise, for --noise.'] : []),
    ...Object.entries({ BASE: base, HEAD: head })
      .filter(([, { isOtherInterface }]) => isOtherInterface)
      .map(
        ([name]) =>
          `${name} has another uapi/tcpmig.h than lab/module, with which the programs in the guests are compiled: what it does not know they cannot ask of it.`,
      ),
  ];
}

const orderOf = ({ cells }: RunPlan): string[] =>
  interleave(cells, ['BASE', 'HEAD'] as const).map(({ item, side }) => `${side}  ${item.id}`);

/** What --dry-run prints as JSON. */
const describePlan = ({ experiment, file, cells }: RunPlan, modules: Modules) => ({
  ...{ title: experiment.title, file, clock: experiment.clock, modules },
  cost: migrationCost([...cells, ...cells]),
  order: interleave(cells, ['base', 'head'] as const).map(({ item, side }) => ({ side, cell: item.id })),
});
