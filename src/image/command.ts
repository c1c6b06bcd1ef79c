// SPDX-License-Identifier: GPL-2.0-only
import { $ } from 'zx';
import { tag } from '../vm/tag.ts';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs a program to its end, in a process group of its own that dies with this process; of a process that is killed,
 * the program itself is told by the kernel (prctl(2), PR_SET_PDEATHSIG), and its children carry a tag.
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
  if (told) throw new Error(`interrupted by a signal before ${argv[0]}`);
  const child = $({
    ...(cwd ? { cwd } : {}),
    env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC', ...env, ...tag() },
    input,
    detached: true,
    quiet: true,
    nothrow: true,
  })`setpriv --pdeathsig KILL ${argv}`;
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
  return watchEnd(() => killGroup(pid));
}

/** Work that a signal ends: the program that it runs, a wait that takes the signal, and programs it would run next. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const release = watchEnd(() => controller.abort());
  try {
    return await work(controller.signal);
  } finally {
    release();
  }
}

const ending = new Set<() => void>();
/** Whether a signal has come since the first of them. */
let told = false;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `onEnd` is called when this process ends, or is told to, before `release` is called. */
function watchEnd(onEnd: () => void): () => void {
  if (ending.size === 0) {
    process.on('exit', endAll);
    for (const signal of signals) process.on(signal, onSignal);
  }
  ending.add(onEnd);
  return () => {
    ending.delete(onEnd);
    if (ending.size > 0) return;
    told = false;
    process.off('exit', endAll);
    for (const signal of signals) process.off(signal, onSignal);
  };
}

function endAll(): void {
  for (const onEnd of ending) onEnd();
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL'); // unshare and the first process of a PID namespace do not take SIGTERM.
  } catch {
    // Gone already.
  }
}

/** Who else listens decides how this process ends; if nobody does, it ends by the signal as if never caught. */
function onSignal(signal: NodeJS.Signals): void {
  told = true;
  endAll();
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
