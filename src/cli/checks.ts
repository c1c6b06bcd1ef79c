// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { planLab } from '../plan/lab.ts';
import { aloneIn, checkScenario, planChecks } from '../plan/module-check.ts';
import { countTrials, renderChanges, renderMatrix } from '../report/trial-matrix.ts';
import { type CheckOutcome, type CheckRun, executeChecks } from '../run/checks.ts';
import { prepareGround } from '../run/ground.ts';
import { runId } from '../run/run-id.ts';
import { recordedPath, topologyPath } from '../spec/catalogue.ts';
import type { ModuleExperiment } from '../spec/module-experiment.ts';
import { readTopology } from '../spec/topology.ts';
import { interruption } from './interruption.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';

/** Options of `miglab run`, for experiments whose cells are one boot each on the real clock. */
export interface SimpleRunOptions {
  cell?: string[];
  image?: string;
  clock?: string;
  full?: boolean;
  migrations?: number;
  jobs?: number;
  dryRun?: boolean;
  json?: boolean;
  results: string;
}

/** Carries out, or with `--dry-run` prints, the cells of an experiment with the module alone. @returns the exit code. */
export async function runChecks(
  experiment: ModuleExperiment,
  file: string,
  options: SimpleRunOptions,
): Promise<number> {
  refuseOptions('with the module alone', options);
  const run = await planRun(experiment, file, options);
  if (options.dryRun) {
    const scenarios = run.lab.machines.flatMap((machine) =>
      run.cells.map((cell) => checkScenario(machine, cell)),
    );
    printJson({ ...run, scenarios });
    return ExitCode.good;
  }
  const signal = interruption();
  const shown = progress(options.json);
  shown.note(run.title);
  const ground = await prepareGround(run.lab.image, shown.report, undefined, signal);
  const id = runId(run.file, new Date());
  const outcome = await executeChecks(run, ground, join(options.results, id), id, shown.report, signal);
  shown.end();
  if (options.json) printJson(summaryOf(outcome));
  else tell(outcome);
  return codeOf(outcome);
}

/** @throws Fault (64) for what means nothing here: such a cell is one boot, on the real clock, without a seed. */
export function refuseOptions(kind: string, { clock, full, jobs, migrations }: SimpleRunOptions): void {
  const asked = [
    ...(clock && clock !== 'real' ? [`--clock ${clock}`] : []),
    ...(full ? ['--full'] : []),
    ...(jobs ? ['--jobs'] : []),
    ...(migrations ? ['--migrations'] : []),
  ];
  if (asked.length > 0) throw new Fault(ExitCode.usage, `an experiment ${kind} takes no ${asked.join(', ')}`);
}

async function planRun(
  experiment: ModuleExperiment,
  file: string,
  { cell, image }: SimpleRunOptions,
): Promise<CheckRun> {
  const lab = aloneIn(planLab(await readTopology(topologyPath(experiment.topology))));
  const cells = planChecks(experiment);
  const unknown = (cell ?? []).filter((id) => !cells.some((each) => each.id === id));
  if (unknown.length > 0)
    throw new Fault(
      ExitCode.usage,
      `no cell ${unknown.join(', ')} in ${file}`,
      `It has ${cells.map(({ id }) => id).join(', ')}.`,
    );
  return {
    ...{ title: experiment.title, file: recordedPath(file), lab: { ...lab, image: image ?? lab.image } },
    cells: cell ? cells.filter(({ id }) => cell.includes(id)) : cells,
  };
}

const summaryOf = ({ directory, cells }: CheckOutcome) => ({
  directory,
  cells: cells.map((cell) => ({ ...countTrials(cell.trials), ...cell })),
});

function tell({ directory, cells }: CheckOutcome): void {
  for (const { id, check, trials, problem } of cells) {
    const { segments, compared, failed } = countTrials(trials);
    print(check === 'changes' ? renderChanges(trials) : renderMatrix(trials));
    print(
      `\n${id}: ${trials.length} trials, ${failed} failed; ${segments} segments judged, ${compared} states compared before and after`,
    );
    if (problem) print(`${id}: ${problem}`);
  }
  print(`Results: ${join(directory, 'states.json')}`);
}

/** A trial that failed weighs more than a cell that is not whole; with neither a trial nor a failure nothing was measured. */
export function codeOf({ cells }: Pick<CheckOutcome, 'cells'>): number {
  if (cells.some(({ trials }) => trials.some(({ status }) => status === 'failed')))
    return ExitCode.checkFailed;
  const whole = cells.every(({ trials, problem }) => trials.length > 0 && !problem);
  return whole && cells.length > 0 ? ExitCode.good : ExitCode.nothingMeasured;
}
