// SPDX-License-Identifier: GPL-2.0-only
import type { Clock } from '../plan/experiment.ts';
import type { Experiment } from '../spec/experiment.ts';
import type { AcceleratorAnswer } from '../vm/accelerator.ts';

/** The clock that `auto` stands for: where KVM works the real one, elsewhere the virtual one. */
export const decideClock = (
  asked: Experiment['clock'],
  { accelerator }: Pick<AcceleratorAnswer, 'accelerator'>,
): Clock => (asked === 'auto' ? (accelerator === 'kvm' ? 'real' : 'virtual') : asked);
