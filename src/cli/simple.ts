// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import type { Cost } from '../plan/cost.ts';
import { type LabPlan, planLab } from '../plan/lab.ts';
import { prepareGround } from '../run/ground.ts';
import { runId } from '../run/run-id.ts';
import { executeSimple, type SimpleCell, type SimpleEngine, type SimpleRun } from '../run/simple.ts';
import { recordedPath, topologyPath } from '../spec/catalogue.ts';
import { readTopology } from '../spec/topology.ts';
import { describeCost } from './cost.ts';
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

/** How `miglab run` carries out such an experiment, and what it says of it. */
export interface SimpleVerb<Experiment, Cell extends SimpleCell, Result> {
  engine: SimpleEngine<Cell, Result>;
  /** "an experiment ... takes no --clock" */
  kind: string;
  plan(experiment: Experiment): Cell[];
  cost(cells: readonly Cell[]): Cost;
  /** What of the topology is booted. */
  lab(topology: LabPlan): LabPlan;
  tell(result: Result): string;
  /** With --json. */
  summary(result: Result): unknown;
  codeOf(results: readonly Result[]): number;
}

/** Carries out, or with `--dry-run` prints, the cells of an experiment. @returns the exit code. */
export async function runSimple<
  Experiment extends { title: string; topology: string },
  Cell extends SimpleCell,
  Result,
>(
  verb: SimpleVerb<Experiment, Cell, Result>,
  experiment: Experiment,
  file: string,
  options: SimpleRunOptions,
): Promise<number> {
  refuseOptions(verb.kind, options);
  const { engine } = verb;
  const run = await planRun(verb, experiment, file, options);
  if (options.dryRun) {
    const scenarios = run.lab.machines.flatMap((machine) =>
      run.cells.map((cell) => engine.scenario(run.lab, machine, cell)),
    );
    printJson({ ...run, cost: verb.cost(run.cells), scenarios });
    return ExitCode.good;
  }
  const signal = interruption();
  const shown = progress(options.json);
  shown.note(`${run.title}\n${describeCost(verb.cost(run.cells))}`);
  const ground = await prepareGround(run.lab.image, shown.report, undefined, signal);
  const id = runId(run.file, new Date());
  const directory = join(options.results, id);
  const results = await executeSimple(engine, run, ground, { directory, id }, shown.report, signal);
  shown.end();
  if (options.json) printJson({ directory, cells: results.map(verb.summary) });
  else {
    for (const result of results) print(verb.tell(result));
    print(`Results: ${join(directory, engine.results)}`);
  }
  return verb.codeOf(results);
}

/** @throws Fault (64) for what means nothing here: such a cell is one boot, on the real clock, without a seed. */
function refuseOptions(kind: string, { clock, full, jobs, migrations }: SimpleRunOptions): void {
  const asked = [
    ...(clock && clock !== 'real' ? [`--clock ${clock}`] : []),
    ...(full ? ['--full'] : []),
    ...(jobs ? ['--jobs'] : []),
    ...(migrations ? ['--migrations'] : []),
  ];
  if (asked.length > 0) throw new Fault(ExitCode.usage, `an experiment ${kind} takes no ${asked.join(', ')}`);
}

/** What such a run will do. @throws Fault (64) for a cell that the experiment does not have */
export async function planRun<
  Experiment extends { title: string; topology: string },
  Cell extends SimpleCell,
>(
  verb: Pick<SimpleVerb<Experiment, Cell, unknown>, 'plan' | 'lab'>,
  experiment: Experiment,
  file: string,
  { cell, image }: SimpleRunOptions,
): Promise<SimpleRun<Cell>> {
  const lab = verb.lab(planLab(await readTopology(topologyPath(experiment.topology))));
  const cells = verb.plan(experiment);
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
