// SPDX-License-Identifier: GPL-2.0-only
import { ExitCode } from '../fault.ts';
import { checkCost } from '../plan/cost.ts';
import { aloneIn, type CheckPlan, planChecks } from '../plan/module-check.ts';
import { countTrials, renderChanges, renderMatrix } from '../report/trial-matrix.ts';
import { type CheckedCell, checks } from '../run/checks.ts';
import type { ModuleExperiment } from '../spec/module-experiment.ts';
import type { SimpleVerb } from './simple.ts';

/** Experiments with the module alone. */
export const checking: SimpleVerb<ModuleExperiment, CheckPlan, CheckedCell> = {
  engine: checks,
  kind: 'with the module alone',
  plan: planChecks,
  cost: checkCost,
  lab: aloneIn,
  tell,
  summary: (cell) => ({ ...countTrials(cell.trials), ...cell }),
  codeOf,
};

function tell({ id, check, trials, problem }: CheckedCell): string {
  const { segments, compared, failed } = countTrials(trials);
  return [
    `${check === 'changes' ? renderChanges(trials) : renderMatrix(trials)}\n`,
    `${id}: ${trials.length} trials, ${failed} failed; ${segments} segments judged, ${compared} states compared before and after`,
    ...(problem ? [`${id}: ${problem}`] : []),
  ].join('\n');
}

/** A trial that failed weighs more than a cell that is not whole; with neither a trial nor a failure nothing was measured. */
export function codeOf(cells: readonly Pick<CheckedCell, 'trials' | 'problem'>[]): number {
  if (cells.some(({ trials }) => trials.some(({ status }) => status === 'failed')))
    return ExitCode.checkFailed;
  const whole = cells.every(({ trials, problem }) => trials.length > 0 && !problem);
  return whole && cells.length > 0 ? ExitCode.good : ExitCode.nothingMeasured;
}
