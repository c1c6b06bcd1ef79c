// SPDX-License-Identifier: GPL-2.0-only
import { $ } from 'zx';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

const running = new Set<number>();

/**
 * Runs a program to its end, in a process group of its own that dies with this process.
 *
 * @param onLine is called with each line of standard output and error, as it comes
 */
export async function run(
  argv: readonly string[],
  options: {
    cwd?: string;
    env?: Record<string, string>;
    input?: string;
    onLine?: (line: string) => void;
  } = {},
): Promise<Outcome> {
  const { cwd, env, input = '', onLine } = options;
  const child = $({
    ...(cwd ? { cwd } : {}),
    env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC', ...env },
    input,
    quiet: true,
    nothrow: true,
  })`${argv}`;
  const release = track(child.pid);
  if (onLine) for (const stream of [child.stdout, child.stderr]) eachLine(stream, onLine);
  try {
    const { exitCode, stdout, stderr } = await child;
    return { code: exitCode, stdout, stderr };
  } finally {
    release();
  }
}

/** The process group `pid` is killed when this process ends before `release` is called. */
function track(pid: number | undefined): () => void {
  if (pid === undefined) return () => {};
  if (running.size === 0) {
    process.on('exit', killAll);
    for (const signal of signals) process.on(signal, onSignal);
  }
  running.add(pid);
  return () => {
    running.delete(pid);
    if (running.size > 0) return;
    process.off('exit', killAll);
    for (const signal of signals) process.off(signal, onSignal);
  };
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function killAll(): void {
  for (const pid of running) {
    try {
      process.kill(-pid, 'SIGTERM');
    } catch {
      // Gone already.
    }
  }
}

/** Who else listens decides how this process ends; if nobody does, it ends by the signal as if never caught. */
function onSignal(signal: NodeJS.Signals): void {
  killAll();
  if (process.listenerCount(signal) > 1) return;
  process.off(signal, onSignal);
  process.kill(process.pid, signal);
}

function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split(/[\r\n]+/);
    rest = lines.pop() ?? '';
    for (const line of lines) if (line) onLine(line);
  });
}
