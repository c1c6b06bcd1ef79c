// SPDX-License-Identifier: GPL-2.0-only
import { watch } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { ExitCode, Fault } from '../fault.ts';

export interface Wait {
  /** What is waited for, as the time-out will say it. */
  what: string;
  timeoutMs: number;
  /** A folder or file whose change may make the condition true; it is looked at anyway every quarter second. */
  path: string;
  signal?: AbortSignal;
  /** Added to the message of a time-out, the last console lines for instance. */
  detail?: () => string;
}

/**
 * Waits until `attempt` gives something other than undefined. What it throws ends the wait.
 *
 * @throws Fault (124) when the time is over, with what was waited for and the detail.
 */
export async function waitFor<T>(
  wait: Wait,
  attempt: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const end = performance.now() + wait.timeoutMs;
  for (;;) {
    wait.signal?.throwIfAborted();
    const found = await attempt();
    if (found !== undefined) return found;
    const left = end - performance.now();
    if (left <= 0) {
      const detail = wait.detail?.() ?? '';
      const seconds = (wait.timeoutMs / 1000).toFixed(0);
      throw new Fault(ExitCode.timeout, `${wait.what}: not within ${seconds} s${detail && `\n${detail}`}`);
    }
    await changed(wait.path, Math.min(left, 250), wait.signal);
    // A console changes with each byte: look when some of them have come.
    await setTimeout(20);
  }
}

/** Resolves at the next change below `path`, or after `ms`, or when the signal aborts. */
function changed(path: string, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    let watcher: ReturnType<typeof watch> | undefined;
    const done = () => {
      clearTimeout(timer);
      watcher?.close();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = globalThis.setTimeout(done, ms);
    signal?.addEventListener('abort', done);
    try {
      watcher = watch(path, done);
      watcher.on('error', done);
    } catch {
      // The path does not exist yet: the timer looks again.
    }
  });
}
