// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';

/**
 * A process beyond doubt: its number, when it started (clock ticks since boot; proc(5), stat field 22), and which
 * boot of the host that was, because after a restart another process may have the same number at the same tick.
 */
export interface ProcessIdentity {
  pid: number;
  started: string;
  boot: string;
}

/** The kernel's random name for this boot of the host. */
export const bootId = (): string => {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return boot;
};
let boot: string | undefined;

/** @returns undefined when no process has that number; a zombie counts as gone. */
export function identify(pid: number): ProcessIdentity | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name may hold spaces and brackets: count from the last bracket, behind which field 3 follows.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, started: fields[19] ?? '', boot: bootId() };
}

export const isAlive = (process: ProcessIdentity): boolean =>
  process.boot === bootId() && identify(process.pid)?.started === process.started;

/** This process. */
export const self = (): ProcessIdentity =>
  identify(process.pid) ?? { pid: process.pid, started: 'gone', boot: bootId() };

/** An identity as one word, for names of files and for the environment of a process. */
export const toToken = ({ pid, started, boot }: ProcessIdentity): string => `${pid}-${started}-${boot}`;

const token = /^(\d+)-(\d+)-([0-9a-f-]{36})/;

/** The identity at the begin of a text that `toToken` made; undefined when there is none. */
export function fromToken(text: string): ProcessIdentity | undefined {
  const [, pid, started, boot] = token.exec(text) ?? [];
  return pid && started && boot ? { pid: Number(pid), started, boot } : undefined;
}
