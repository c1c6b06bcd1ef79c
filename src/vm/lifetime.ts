// SPDX-License-Identifier: GPL-2.0-only
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { ExitCode, Fault } from '../fault.ts';
import { waitFor } from './wait.ts';

/** A process beyond doubt: its number, and when it started (clock ticks since boot; proc(5), stat field 22). */
export interface ProcessIdentity {
  pid: number;
  started: string;
}

/** @returns undefined when no process has that number; a zombie counts as gone. */
function identify(pid: number): ProcessIdentity | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name may hold spaces and brackets: count from the last bracket, behind which field 3 follows.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { pid, started: fields[19] ?? '' };
}

export const isAlive = (process: ProcessIdentity): boolean =>
  identify(process.pid)?.started === process.started;

/** Starts a process of its own session in `directory`, its output in `log` there; it outlives the caller. */
export async function startDetached(
  argv: readonly string[],
  directory: string,
  log: string,
): Promise<{ identity: ProcessIdentity; child: ChildProcess }> {
  const output = openSync(`${directory}/${log}`, 'w');
  try {
    const [program = '', ...rest] = argv;
    const child = spawn(program, rest, { cwd: directory, detached: true, stdio: ['ignore', output, output] });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) =>
        reject(
          new Fault(ExitCode.hostLacks, `${program} cannot be started: ${cause.message}`, undefined, {
            cause,
          }),
        ),
      );
    });
    child.unref();
    const pid = child.pid ?? 0;
    // Gone already: a start time that no process has.
    return { identity: identify(pid) ?? { pid, started: 'gone' }, child };
  } finally {
    closeSync(output);
  }
}

/** Ends the process and proves that it is gone; SIGTERM, then SIGKILL after `graceMs`. Does nothing to another process
 * that has got the number since. @throws Fault (70) when it survives even that. */
export async function endProcess(target: ProcessIdentity, graceMs = 2000): Promise<void> {
  for (const [signal, timeoutMs] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', 10_000],
  ] as const) {
    if (!isAlive(target)) return;
    sendSignal(target.pid, signal);
    try {
      await waitFor(
        { what: `end of process ${target.pid} after ${signal}`, timeoutMs, path: '/nonexistent' },
        () => (isAlive(target) ? undefined : true),
      );
      return;
    } catch (error) {
      if (signal === 'SIGKILL') throw new Fault(ExitCode.bug, (error as Error).message);
    }
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
