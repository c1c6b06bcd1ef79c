// SPDX-License-Identifier: GPL-2.0-only
import { ExitCode, Fault } from '../fault.ts';
import { diskFault } from '../vm/disk.ts';
import { Interrupted } from './interruption.ts';

export const print = (line: string): void => void process.stdout.write(`${line}\n`);
export const printJson = (value: unknown): void => print(JSON.stringify(value, undefined, 2));

/** Prints what ended the program, once, and returns the exit code. */
export function explain(thrown: unknown): number {
  const error = diskFault(thrown, pathOf(thrown), '--results, XDG_STATE_HOME or XDG_CACHE_HOME', '6 GB');
  if (error instanceof Fault) {
    process.stderr.write(`miglab: ${error.message}\n${error.remedy ? `  ${error.remedy}\n` : ''}`);
    return error.exitCode;
  }
  if (error instanceof Interrupted) {
    process.stderr.write(`miglab: ${error.message}\n`);
    return error.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`miglab: this is a bug in miglab\n${stack}\n`);
  return ExitCode.bug;
}

/** A failed write says where; a disk that became full while a file was written does not. */
const pathOf = (thrown: unknown) => (thrown as NodeJS.ErrnoException).path ?? 'results, state or cache';
