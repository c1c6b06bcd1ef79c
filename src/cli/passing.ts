// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { planLab } from '../plan/lab.ts';
import { passingScenario, planPassing } from '../plan/passing.ts';
import { renderPassing } from '../report/passing-table.ts';
import { prepareGround } from '../run/ground.ts';
import { executePassing, type PassedCell, type PassingRun } from '../run/passing.ts';
import { runId } from '../run/run-id.ts';
import { recordedPath, topologyPath } from '../spec/catalogue.ts';
import type { PassingExperiment } from '../spec/passing-experiment.ts';
import { readTopology } from '../spec/topology.ts';
import { refuseOptions, type SimpleRunOptions } from './checks.ts';
import { interruption } from './interruption.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';

/** Carries out, or with `--dry-run` prints, the cells of an experiment in which connections are passed. @returns the exit code. */
export async function runPassing(
  experiment: PassingExperiment,
  file: string,
  options: SimpleRunOptions,
): Promise<number> {
  refuseOptions('in which connections are passed', options);
  const run = await planRun(experiment, file, options);
  if (options.dryRun) {
    const scenarios = run.lab.machines.flatMap((machine) =>
      run.cells.map((cell) => passingScenario(run.lab, machine, cell)),
    );
    printJson({ ...run, scenarios });
    return ExitCode.good;
  }
  const signal = interruption();
  const shown = progress(options.json);
  shown.note(run.title);
  const ground = await prepareGround(run.lab.image, shown.report, undefined, signal);
  const id = runId(run.file, new Date());
  const { directory, cells } = await executePassing(
    run,
    ground,
    join(options.results, id),
    id,
    shown.report,
    signal,
  );
  shown.end();
  if (options.json) printJson({ directory, cells });
  else {
    for (const cell of cells) print(`${renderPassing(cell)}${cell.problem ? `\n${cell.problem}` : ''}`);
    print(`Results: ${join(directory, 'passes.json')}`);
  }
  return codeOf(cells);
}

async function planRun(
  experiment: PassingExperiment,
  file: string,
  { cell, image }: SimpleRunOptions,
): Promise<PassingRun> {
  const lab = planLab(await readTopology(topologyPath(experiment.topology)));
  const cells = planPassing(experiment);
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

/** What does not hold weighs more than a cell that is not whole. */
export function codeOf(cells: readonly PassedCell[]): number {
  const wrong = ({ connections, findings, passes }: PassedCell) =>
    connections.some(({ problem }) => problem) || (passes.length > 0 && findings.some(({ holds }) => !holds));
  if (cells.some((cell) => !cell.problem && wrong(cell))) return ExitCode.checkFailed;
  return cells.length > 0 && cells.every(({ problem, passes }) => !problem && passes.length > 0)
    ? ExitCode.good
    : ExitCode.nothingMeasured;
}
