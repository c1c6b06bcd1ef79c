// SPDX-License-Identifier: GPL-2.0-only
import type { Clock } from '../plan/experiment.ts';
import type { Experiment } from '../spec/experiment.ts';
import type { AcceleratorAnswer } from '../vm/accelerator.ts';
import type { ClockedExperiment } from './run-plan.ts';

/** What was chosen for a run beside what its experiment's file says. */
export interface Choices {
  clock: Clock;
  /** Cells for each point of the matrix, on the virtual clock. */
  seeds?: number | undefined;
}

/** The experiment with these choices made. Pure. */
export const decided = (experiment: Experiment, { clock, seeds }: Choices): ClockedExperiment => ({
  ...experiment,
  clock,
  ...(experiment.virtual && seeds ? { virtual: { ...experiment.virtual, seeds } } : {}),
});

/** The clock that `auto` stands for: where KVM works the real one, elsewhere the virtual one. */
export const decideClock = (
  asked: Experiment['clock'],
  { accelerator }: Pick<AcceleratorAnswer, 'accelerator'>,
): Clock => (asked === 'auto' ? (accelerator === 'kvm' ? 'real' : 'virtual') : asked);
