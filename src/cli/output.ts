// SPDX-License-Identifier: GPL-2.0-only
import { constants } from 'node:os';
import { ExitCode, Fault } from '../fault.ts';
import { diskFault } from '../vm/disk.ts';
import { paint } from './colour.ts';
import { Interrupted } from './interruption.ts';

export const print = (line: string): void => void process.stdout.write(`${line}\n`);
export const printJson = (value: unknown): void => print(JSON.stringify(value, undefined, 2));

/** A reader may be slower than this program, whose end would lose what still waits for it. */
export const allWritten = (): Promise<unknown> =>
  Promise.all(
    [process.stdout, process.stderr]
      .filter(({ writableLength }) => writableLength > 0)
      .map((stream) => new Promise((done) => stream.write('', done))),
  );

/** A reader that has seen enough, such as `head`, ends the program as it ends others: with the code of SIGPIPE. */
export const endWithReader = (): void =>
  void process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(128 + constants.signals.SIGPIPE);
  });

/** Prints what ended the program, once, and returns the exit code. */
export function explain(thrown: unknown): number {
  const error = diskFault(thrown, pathOf(thrown), '--results, XDG_STATE_HOME or XDG_CACHE_HOME', '6 GB');
  if (error instanceof Fault) {
    complain(`${error.message}\n${error.remedy ? `  ${error.remedy}\n` : ''}`);
    return error.exitCode;
  }
  if (error instanceof Interrupted) {
    complain(`${error.message}\n`);
    return error.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  complain(`this is a bug in miglab\n${stack}\n`);
  return ExitCode.bug;
}

/** A failed write says where; a disk that became full while a file was written does not. */
const pathOf = (thrown: unknown) => (thrown as NodeJS.ErrnoException).path ?? 'results, state or cache';

const complain = (text: string) =>
  void process.stderr.write(`${paint('red', 'miglab:', process.stderr)} ${text}`);
