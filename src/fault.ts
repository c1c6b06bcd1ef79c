// SPDX-License-Identifier: GPL-2.0-only

/** Exit codes of `miglab`; 64, 69 and 70 are those of sysexits.h, 124 that of timeout(1). */
export const ExitCode = {
  good: 0,
  checkFailed: 1,
  nothingMeasured: 2,
  usage: 64,
  hostLacks: 69,
  bug: 70,
  timeout: 124,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Something a user can understand and mend: what is wrong, and the remedy. Anything else that is thrown is a bug. */
export class Fault extends Error {
  readonly exitCode: number;
  readonly remedy: string | undefined;

  constructor(exitCode: number, message: string, remedy?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Fault';
    this.exitCode = exitCode;
    this.remedy = remedy;
  }
}
