// SPDX-License-Identifier: GPL-2.0-only
import { statfsSync } from 'node:fs';
import { ExitCode, Fault } from '../fault.ts';

/** The disk can take no more, or may not be written. */
export class DiskFault extends Fault {}

const reasons: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'the folder cannot be written',
  EPERM: 'the folder cannot be written',
};

/**
 * What the host's disk refused, this process or a program that it ran, in words; any other error as it is.
 *
 * @param folder that could not be written
 * @param variable of the environment that moves it
 * @param room that is enough, such as `6 GB`
 */
export function diskFault(error: unknown, folder: string, variable: string, room: string): unknown {
  if (!(error instanceof Error) || (error instanceof Fault && error.exitCode === ExitCode.hostLacks))
    return error;
  const saidByProgram = /no space left on device/i.test(error.message) ? 'ENOSPC' : '';
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? saidByProgram];
  if (!reason) return error;
  return new DiskFault(
    ExitCode.hostLacks,
    `${reason}: ${folder} (${error.message})`,
    `Make room (${room}), or set ${variable} to a folder that can be written.`,
    { cause: error },
  );
}

/** Whether this user can write nothing more to the disk of `folder`; root may use what is kept for it. */
function isFull(folder: string): boolean {
  const { bavail, bfree } = statfsSync(folder);
  return (process.getuid?.() === 0 ? bfree : bavail) === 0;
}

/** @throws Fault (69) when nothing more can be written to the disk of `folder`. */
export function requireRoom(folder: string): void {
  if (isFull(folder))
    throw new DiskFault(
      ExitCode.hostLacks,
      `the disk is full: ${folder}`,
      'Make room (1 GB), or set XDG_STATE_HOME and XDG_CACHE_HOME to folders on another disk.',
    );
}
