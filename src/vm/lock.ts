// SPDX-License-Identifier: GPL-2.0-only
import { readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromToken, isAlive, type ProcessIdentity, self, toToken } from './identity.ts';

/** What a process holds alone; given up at the end of the block, or by its death. */
interface Held extends Disposable {
  readonly file: string;
}

/**
 * Takes the lock, a symbolic link that names its owner, and so exists with its owner or not at all. A dead owner's is
 * taken over.
 *
 * @param onWait is called once if a living process has it
 */
export async function acquire(
  file: string,
  onWait: (owner: ProcessIdentity) => void,
  signal?: AbortSignal,
): Promise<Held> {
  const mine = toToken(self());
  for (let told = false; ; ) {
    if (create(file, mine)) return { file, [Symbol.dispose]: () => release(file, mine) };
    const text = readLock(file);
    const owner = text === undefined ? undefined : fromToken(text);
    if (text === undefined || (owner && isAlive(owner))) {
      if (owner && !told) onWait(owner);
      told ||= owner !== undefined;
      await sleep(owner ? 200 : 1, undefined, signal ? { signal } : {});
    } else discard(file, text);
  }
}

/** Whether the lock is one of a process that is gone. */
export function isStale(file: string): boolean {
  const owner = fromToken(readLock(file) ?? '');
  return owner === undefined || !isAlive(owner);
}

function create(file: string, owner: string): boolean {
  try {
    symlinkSync(owner, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** @returns undefined when there is none any more; the empty string for what is no lock of this form */
function readLock(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : '';
  }
}

/** Takes a dead owner's lock away; of two that try, the rename lets one succeed. */
function discard(file: string, owner: string): void {
  const aside = `${file}.${toToken(self())}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const taken = readLock(aside);
  rmSync(aside);
  // Somebody else was faster and has claimed it anew in between: it stays theirs.
  if (taken && taken !== owner) create(file, taken);
}

function release(file: string, owner: string): void {
  if (readLock(file) === owner) rmSync(file);
}
