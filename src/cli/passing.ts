// SPDX-License-Identifier: GPL-2.0-only
import { ExitCode } from '../fault.ts';
import { passingCost } from '../plan/cost.ts';
import { type PassingPlan, planPassing } from '../plan/passing.ts';
import { renderPassing } from '../report/passing-table.ts';
import { type PassedCell, passing } from '../run/passing.ts';
import type { PassingExperiment } from '../spec/passing-experiment.ts';
import type { SimpleVerb } from './simple.ts';

/** Experiments in which connections are passed. */
export const passingOn: SimpleVerb<PassingExperiment, PassingPlan, PassedCell> = {
  engine: passing,
  kind: 'in which connections are passed',
  plan: planPassing,
  cost: passingCost,
  lab: (topology) => topology,
  tell: (cell) => `${renderPassing(cell)}${cell.problem ? `\n${cell.problem}` : ''}`,
  summary: (cell) => cell,
  codeOf,
};

/** What does not hold weighs more than a cell that is not whole. */
export function codeOf(cells: readonly PassedCell[]): number {
  const wrong = ({ connections, findings, passes }: PassedCell) =>
    connections.some(({ problem }) => problem) || (passes.length > 0 && findings.some(({ holds }) => !holds));
  if (cells.some((cell) => !cell.problem && wrong(cell))) return ExitCode.checkFailed;
  return cells.length > 0 && cells.every(({ problem, passes }) => !problem && passes.length > 0)
    ? ExitCode.good
    : ExitCode.nothingMeasured;
}
