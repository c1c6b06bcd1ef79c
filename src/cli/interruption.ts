// SPDX-License-Identifier: GPL-2.0-only
import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Why a run ends early: the signal, for the exit code 128 + number. */
export class Interrupted extends Error {
  readonly exitCode: number;

  constructor(signal: (typeof signals)[number]) {
    super(`interrupted by ${signal}`);
    this.name = 'Interrupted';
    this.exitCode = 128 + constants.signals[signal];
  }
}

const controller = new AbortController();
let listening = false;

/** Why this program is ending early, if it is. */
export const interrupted = (): Interrupted | undefined => controller.signal.reason;

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP, so that what was started can be ended; a second one ends the program
 * at once. Whatever fails from then on counts as this interruption. Whoever asks gets the same signal.
 */
export function interruption(): AbortSignal {
  if (listening) return controller.signal;
  listening = true;
  for (const signal of signals)
    process.on(signal, () => {
      const reason = new Interrupted(signal);
      if (controller.signal.aborted) process.exit(reason.exitCode);
      controller.abort(reason);
    });
  return controller.signal;
}
