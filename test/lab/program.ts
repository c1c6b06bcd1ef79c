// SPDX-License-Identifier: GPL-2.0-only
import { type ChildProcess, execFile } from 'node:child_process';

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** The program as a user starts it. */
export const miglab = (...argv: string[]): Promise<Outcome> => start(...argv).ended;

/** The same, for a test that does something while it runs. */
export function start(...argv: string[]): { child: ChildProcess; ended: Promise<Outcome> } {
  let finish: (outcome: Outcome) => void;
  const ended = new Promise<Outcome>((resolve) => {
    finish = resolve;
  });
  const child = execFile(
    'node',
    ['src/cli/miglab.js', ...argv],
    { maxBuffer: 1 << 26 },
    (error, stdout, stderr) => finish({ code: error ? Number(error.code ?? 255) : 0, stdout, stderr }),
  );
  return { child, ended };
}
