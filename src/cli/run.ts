// SPDX-License-Identifier: GPL-2.0-only
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { ExitCode, Fault } from '../fault.ts';
import { qemuArguments } from '../plan/qemu.ts';
import { cellScenario } from '../plan/scenario.ts';
import { writeReport } from '../report/write.ts';
import { prepareGround } from '../run/ground.ts';
import { executeRun, planRun, type RunPlan, withCells } from '../run/run.ts';
import { experimentPath, recordedPath, topologyPath } from '../spec/catalogue.ts';
import { readExperiment } from '../spec/experiment.ts';
import { readTopology } from '../spec/topology.ts';
import { interruption } from './interruption.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';

export interface RunOptions {
  json?: boolean;
  results: string;
}

export const run = (program: Command) =>
  program
    .command('run')
    .description('carry out an experiment, measure, and write results/<run-id>')
    .argument('<experiment>', 'a file, or a name below experiments/ such as tcpmig/figures')
    .option('--cell <ID...>', 'only these cells of the plan')
    .option('--image <NAME>', "another image than the topology's, for its kernel")
    .option('--results <DIR>', 'folder of the runs', 'results')
    .option('--dry-run', 'print cells, scenarios and command lines, start nothing')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', '\nExample:\n  miglab run tcpmig/figures\n')
    .action(async (experiment: string, options) => {
      const plan = onlyCells(await readPlan(experiment), options.cell);
      if (options.image) plan.lab.image = options.image;
      if (options.dryRun) return printJson(describePlan(plan));
      process.exitCode = await carryOut(plan, options);
    });

export async function readPlan(experiment: string): Promise<RunPlan> {
  const file = experimentPath(experiment);
  const spec = await readExperiment(file);
  return planRun(spec, recordedPath(file), await readTopology(topologyPath(spec.topology)));
}

/** @throws Fault (64) for a cell that the plan does not have. */
function onlyCells(plan: RunPlan, ids: readonly string[] | undefined): RunPlan {
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

/** Runs, reports, prints. @returns the exit code: the validity of the measurements decides, no verdict does. */
export async function carryOut(plan: RunPlan, options: RunOptions): Promise<number> {
  const shown = progress(options.json);
  const moves = plan.cells.reduce((sum, cell) => sum + cell.repetitions, 0);
  shown.note(
    `${plan.experiment.title}\n${plan.cells.length} boots, ${moves} migrations; about ${minutes(plan.seconds)}.`,
  );
  const ground = await prepareGround(plan.lab.image, shown.report);
  const id = `${basename(plan.file).replace(/\.exp\.ya?ml$/, '')}-${new Date()
    .toISOString()
    .replace(/[-:]|\.\d+/g, '')
    .toLowerCase()}`;
  const { directory, rows } = await executeRun(
    plan,
    ground,
    join(options.results, id),
    id,
    shown.report,
    interruption(),
  );
  const { html, summary, text } = await writeReport(directory);
  shown.end();
  if (options.json) printJson(summary);
  else print(`${text}\nReport: ${html}`);
  const has = (status: string) => rows.some((row) => row.status === status);
  if (has('invalid')) return ExitCode.checkFailed;
  return has('valid') && !has('inconclusive') ? ExitCode.good : ExitCode.nothingMeasured;
}

const minutes = (seconds: number) =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} minutes`;

/** The whole plan, with paths that are not built yet named by what they will be. */
function describePlan(plan: RunPlan) {
  const boot = {
    accelerator: 'tcg' as const,
    kernel: 'KERNEL',
    initramfs: 'INITRAMFS',
    mgmt: false,
    captures: [],
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
