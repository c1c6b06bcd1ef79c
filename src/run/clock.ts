// SPDX-License-Identifier: GPL-2.0-only
import { ExitCode, Fault } from '../fault.ts';
import type { Clock } from '../plan/experiment.ts';
import type { Experiment } from '../spec/experiment.ts';
import type { AcceleratorAnswer } from '../vm/accelerator.ts';
import { whyUnfit } from '../vm/lockstep.ts';
import type { Ground } from './ground.ts';
import type { ClockedExperiment } from './run-plan.ts';

/** What was chosen for a run beside what its experiment's file says. */
export interface Choices {
  clock: Clock;
  /** Cells for each point of the matrix, on the virtual clock. */
  seeds?: number | undefined;
  /** The same on the real one. */
  boots?: number | undefined;
  /** Of a soak. */
  migrations?: number | undefined;
}

/** The experiment with these choices made. Pure. */
export const decided = (
  experiment: Experiment,
  { clock, seeds, boots, migrations }: Choices,
): ClockedExperiment => ({
  ...experiment,
  clock,
  ...(seeds ? { virtual: { ...(experiment.virtual ?? { interval_s: 1 }), seeds } } : {}),
  ...(boots ? { boots } : {}),
  ...(experiment.soak && migrations ? { soak: { ...experiment.soak, migrations } } : {}),
});

/** The clock that `auto` stands for: where KVM works the real one, elsewhere the virtual one. Pure. */
export const decideClock = (
  asked: Experiment['clock'],
  { accelerator }: Pick<AcceleratorAnswer, 'accelerator'>,
): Clock => (asked === 'auto' ? (accelerator === 'kvm' ? 'real' : 'virtual') : asked);

/**
 * The clock to take here. Where the plugin does not fit the lab's QEMU `auto` is the real one, and `note` says why.
 *
 * @throws Fault (69) when the virtual clock was asked for by name and is not to be had
 */
export async function clockHere(
  asked: Experiment['clock'],
  { qemu, lockstep, acceleration }: Ground,
): Promise<{ clock: Clock; note?: string }> {
  const clock = decideClock(asked, acceleration);
  const why = clock === 'virtual' ? await whyUnfit(qemu.argv, lockstep.plugin) : undefined;
  if (!why) return { clock };
  const what = `the virtual clock's plugin does not fit QEMU ${qemu.version}: ${why}`;
  if (asked === 'virtual')
    throw new Fault(
      ExitCode.hostLacks,
      what,
      'Take the real clock (--clock real), or the QEMU of images/locks.',
    );
  return { clock: 'real', note: `${what}; the real clock is taken` };
}
