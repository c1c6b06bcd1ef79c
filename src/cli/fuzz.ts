// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { fuzzCost } from '../plan/cost.ts';
import { type LabPlan, planLab } from '../plan/lab.ts';
import { aloneIn } from '../plan/module-check.ts';
import { executeFuzz, type FuzzRun, repeatInput, suspects } from '../run/fuzz.ts';
import { type Campaign, isCampaign, readCampaign, sumOf } from '../run/fuzz-campaign.ts';
import { prepareGround } from '../run/ground.ts';
import { circumstances } from '../run/record.ts';
import { runId } from '../run/run-id.ts';
import { readAnyExperiment } from '../spec/any-experiment.ts';
import { recordedPath, topologyPath } from '../spec/catalogue.ts';
import type { FuzzExperiment } from '../spec/fuzz-experiment.ts';
import { readTopology } from '../spec/topology.ts';
import { describeCost } from './cost.ts';
import { interruption } from './interruption.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';

interface FuzzOptions {
  image?: string;
  inputs?: number;
  input?: string;
  dryRun?: boolean;
  json?: boolean;
  results: string;
}

/** How often one input is tried again. */
const times = 200;

const folderOf = (run: string, results: string) => [run, join(results, run)].find((path) => existsSync(path));

/** Whether a run that is named by its folder, or by its name in `results`, is one of the fuzzers'. */
export const isFuzzed = (run: string, results: string): boolean => {
  const folder = folderOf(run, results);
  return folder !== undefined && isCampaign(folder);
};

/** Begins a campaign. @returns the exit code: 0 all inputs withstood, 1 the kernel did not withstand one */
export async function runFuzz(
  experiment: FuzzExperiment,
  file: string,
  options: FuzzOptions,
): Promise<number> {
  if (options.input)
    throw new Fault(ExitCode.usage, '--input tries again what a run had: name that with --resume');
  const image = options.image ?? experiment.image;
  const run = await planRun(experiment, image);
  const wanted = options.inputs ?? experiment.inputs;
  if (options.dryRun) {
    printJson({ title: experiment.title, ...run, wanted, cost: costOf(run, wanted) });
    return ExitCode.good;
  }
  const recorded = recordedPath(file);
  const id = runId(recorded, new Date());
  const campaign: Campaign = {
    ...{
      version: 1,
      id,
      experiment: { title: experiment.title, file: recorded },
      recipe: image,
      wanted,
      boots: [],
    },
    started: new Date().toISOString(),
  };
  return carryOut(run, campaign, join(options.results, id), options);
}

/** Goes on with a campaign, to the number it was to have or another; or tries one of its inputs again. */
export async function resumeFuzz(name: string, options: FuzzOptions): Promise<number> {
  const directory = folderOf(name, options.results) ?? name;
  const campaign = await readCampaign(directory);
  const experiment = await readAnyExperiment(campaign.experiment.file);
  if (experiment.engine !== 'fuzz')
    throw new Fault(ExitCode.usage, `${campaign.experiment.file} is no experiment of the fuzzers any more`);
  const run = await planRun(experiment, campaign.recipe);
  if (options.input) return repeat(run, campaign, directory, options.input);
  return carryOut(run, { ...campaign, wanted: options.inputs ?? campaign.wanted }, directory, options);
}

async function planRun(experiment: FuzzExperiment, image: string): Promise<FuzzRun> {
  const lab = aloneIn(planLab(await readTopology(topologyPath(experiment.topology))));
  const machines = lab.machines.map((each) => ({ ...each, processors: experiment.processors }));
  const plan: LabPlan = { ...lab, image, machines };
  return { lab: plan, bootS: experiment.boot_s, situations: experiment.situations };
}

const costOf = ({ bootS, lab }: FuzzRun, inputs: number) =>
  fuzzCost(Math.max(0, inputs), bootS, lab.machines[0]?.processors ?? 1);

async function carryOut(
  run: FuzzRun,
  campaign: Campaign,
  directory: string,
  options: FuzzOptions,
): Promise<number> {
  const signal = interruption();
  const shown = progress(options.json);
  const missing = campaign.wanted - sumOf(campaign.boots.map(({ tally }) => tally)).inputs;
  shown.note(
    `${campaign.experiment.title}\n${missing} inputs: ${describeCost(costOf(run, missing))}\nTo go on with it: miglab run --resume ${directory}`,
  );
  const ground = await prepareGround(campaign.recipe, shown.report, undefined, signal);
  const begun = { ...campaign, ...(await circumstances(ground)) };
  const done = await executeFuzz(run, begun, ground, directory, shown.report, signal);
  shown.end();
  const problem = done.boots.at(-1)?.problem ?? '';
  if (options.json) printJson({ directory, ...done });
  else await tell(run, done, directory, problem);
  return problem ? ExitCode.checkFailed : ExitCode.good;
}

async function tell(run: FuzzRun, { boots }: Campaign, directory: string, problem: string): Promise<void> {
  const tally = sumOf(boots.map((each) => each.tally));
  const seconds = boots.reduce((sum, each) => sum + each.seconds, 0);
  const rate = (count: number) =>
    `${String(count).padStart(9)}  ${(count / seconds).toFixed(1).padStart(7)} /s`;
  print(`inputs                     ${rate(tally.inputs)}`);
  print(`refused by parser or rule  ${rate(tally.refused)}`);
  print(`reached the rebuild        ${rate(tally.rebuilds)}`);
  print(`built                      ${rate(tally.built)}`);
  print(`activated                  ${rate(tally.activated)}`);
  print(`spoken with                ${rate(tally.spoken)}`);
  print(`closed, nothing left       ${rate(tally.closed)}`);
  print(`destroyed                  ${rate(tally.left)}`);
  print(`${boots.length} boots, ${seconds} s. Results: ${directory}`);
  if (!problem) return;
  print(`\nThe last boot ended early: ${problem}`);
  const found = await suspects(run, directory, boots.length);
  if (found.length > 0) print('Under way at that moment, the likeliest first:');
  for (const input of found) print(`  miglab run --resume ${directory} --input '${input}'`);
}

async function repeat(run: FuzzRun, campaign: Campaign, directory: string, input: string): Promise<number> {
  const signal = interruption();
  const shown = progress(false);
  const ground = await prepareGround(campaign.recipe, shown.report, undefined, signal);
  const problem = await repeatInput(run, { input, times }, campaign, ground, directory, signal);
  shown.end();
  print(problem ? `${input}: ${problem}` : `${input}: tried ${times} times, and nothing happened`);
  return problem ? ExitCode.checkFailed : ExitCode.good;
}
