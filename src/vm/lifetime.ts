// SPDX-License-Identifier: GPL-2.0-only
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { ExitCode, Fault } from '../fault.ts';
import { bootId, identify, isAlive, type ProcessIdentity } from './identity.ts';
import { tag } from './tag.ts';
import { waitFor } from './wait.ts';

export { isAlive, type ProcessIdentity } from './identity.ts';

/**
 * Starts a process of its own session in `directory`, its output in `log` there; it outlives the caller. It carries the
 * caller's tag, and with `lab` that of a lab's machine.
 */
export async function startDetached(
  argv: readonly string[],
  directory: string,
  log: string,
  lab?: string,
): Promise<{ identity: ProcessIdentity; child: ChildProcess }> {
  const output = openSync(`${directory}/${log}`, 'w');
  try {
    const [program = '', ...rest] = argv;
    const child = spawn(program, rest, {
      ...{ cwd: directory, detached: true, stdio: ['ignore', output, output] },
      env: { ...process.env, ...tag(lab) },
    });
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
    return { identity: identify(pid) ?? { pid, started: 'gone', boot: bootId() }, child };
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
