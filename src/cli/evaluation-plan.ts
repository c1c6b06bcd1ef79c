// SPDX-License-Identifier: GPL-2.0-only
import { ExitCode, Fault } from '../fault.ts';
import { passingCost } from '../plan/cost.ts';
import type { CellPlan } from '../plan/experiment.ts';
import type { PassingPlan } from '../plan/passing.ts';
import { type Extent, experimentsOf, measures, type System } from '../report/evaluation/assessment.ts';
import { leastCells } from '../report/evaluation/choice.ts';
import { type RunPlan, withCells } from '../run/run-plan.ts';
import type { SimpleRun } from '../run/simple.ts';
import { readAnyExperiment } from '../spec/any-experiment.ts';
import { experimentPath } from '../spec/catalogue.ts';
import type { Experiment } from '../spec/experiment.ts';
import { describeCost } from './cost.ts';
import { passingOn } from './passing.ts';
import { readPlan } from './run.ts';
import { planRun } from './simple.ts';

/** One experiment of an evaluation, and what of it is measured. */
export type Part = { name: string } & (
  | { kind: 'cells'; plan: RunPlan; ofAll: number }
  | { kind: 'passing'; run: SimpleRun<PassingPlan> }
);

export interface Choice {
  extent: Extent;
  clock?: Experiment['clock'];
  image?: string;
  /** Plan without asking the host what it can: the virtual clock stands for `auto`. */
  dryRun: boolean;
}

/** What is measured for the claims of these systems. @throws Fault (64) for an experiment that none can be judged by */
export async function planParts(systems: readonly System[], choice: Choice): Promise<Part[]> {
  const parts: Part[] = [];
  for (const name of experimentsOf(systems)) parts.push(await planPart(name, systems, choice));
  return parts;
}

async function planPart(name: string, systems: readonly System[], choice: Choice): Promise<Part> {
  const file = experimentPath(name);
  const asked = await readAnyExperiment(file);
  if (asked.engine === 'tcpcp')
    return { name, kind: 'passing', run: await planRun(passingOn, asked, file, { ...choice, results: '' }) };
  if (asked.engine !== 'tcpmig')
    throw new Fault(ExitCode.usage, `${file}: an experiment of engine ${asked.engine} judges no claim`);
  const plan = await readPlan(name, { ...choice, full: choice.extent === 'full' });
  const cells = choice.extent === 'full' ? plan.cells : chosenCells(plan, name, systems);
  return { name, kind: 'cells', plan: withCells(plan, cells), ofAll: plan.cells.length };
}

function chosenCells(plan: RunPlan, name: string, systems: readonly System[]): CellPlan[] {
  const candidates = plan.cells.map((cell) => ({
    ...{ cell, engine: cell.engine, role: cell.role, image_mb: cell.imageMb, rate_mb_s: cell.rateMbS },
    ...{ peer_rate_mb_s: cell.peerRateMbS, seed: cell.seed, repetitions: cell.repetitions },
  }));
  const chosen = systems
    .filter(({ claims }) => claims.experiment === name)
    .flatMap(({ claims }) => leastCells(claims, candidates).map(({ cell }) => cell));
  return plan.cells.filter((cell) => chosen.includes(cell));
}

/** What an evaluation costs, a line for each part. Pure. */
export const costs = (parts: readonly Part[]): string[] =>
  parts.map((part) =>
    part.kind === 'passing'
      ? `${part.name}, on the real clock: ${describeCost(passingCost(part.run.cells))}`
      : `${part.name}, on the ${part.plan.experiment.clock} clock, of ${part.ofAll}: ${describeCost(part.plan.cost)}`,
  );

/** What is booted for a part. */
export const runOf = (part: Part): RunPlan | SimpleRun<PassingPlan> =>
  part.kind === 'cells' ? part.plan : part.run;

/** What an evaluation would do, for `--dry-run`. Pure. */
export const describeParts = (parts: readonly Part[], systems: readonly System[]) =>
  parts.map((part) => ({
    ...{ experiment: part.name, clock: part.kind === 'cells' ? part.plan.experiment.clock : 'real' },
    cells: runOf(part).cells.map(({ id }) => id),
    claims: systems.flatMap(({ name, claims }) =>
      claims.claims.filter((claim) => measures(claim, claims) === part.name).map(({ id }) => `${name}/${id}`),
    ),
  }));
