// SPDX-License-Identifier: GPL-2.0-only
import { type Trials, trialsOf } from '../analysis/trials.ts';
import { type CheckPlan, checkScenario } from '../plan/module-check.ts';
import type { SimpleEngine } from './simple.ts';

/** A cell that was carried out. `problem` is empty when its trials are whole and the machine ended well. */
export interface CheckedCell extends Trials {
  id: string;
  check: CheckPlan['check'];
}

/** The module alone, in one machine: every trial of each cell, in states.json. */
export const checks: SimpleEngine<CheckPlan, CheckedCell> = {
  results: 'states.json',
  scenario: (_, machine, cell) => checkScenario(machine, cell),
  captures: () => [],
  progress: { event: 'trial', tell: (count) => (count % 50 === 0 ? `${count} trials` : undefined) },
  judge: async ({ id, check }, _, boot) => {
    const { trials, problem } = trialsOf(boot.events);
    return { id, check, trials, problem: boot.problem || problem };
  },
};
