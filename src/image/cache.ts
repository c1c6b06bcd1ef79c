// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFault } from '../vm/disk.ts';
import { cacheFolder } from '../vm/folders.ts';
import type { ProcessIdentity } from '../vm/identity.ts';
import { acquire, isStale } from '../vm/lock.ts';
import { interruptible } from './command.ts';
import { requireHost } from './host.ts';
import { findDamage, hasInventory, takeInventory } from './intact.ts';
import type { Report } from './report.ts';
import { withScratch } from './scratch.ts';

/** Where what is built from content with this hash lies, or will lie. */
export const builtFolder = (kind: (typeof kinds)[number], hash: string) => join(cacheFolder(kind), hash);

const kinds = ['images', 'roots', 'kernels', 'tools', 'machines', 'captures'] as const;
const lockEnding = '.lock';

/** Whether it is there, and whole. */
export const isBuilt = (folder: string): boolean => existsSync(folder) && !findDamage(folder);

/**
 * The folder, built by `build` into a temporary one if it is not there or damaged. Folders appear whole or not at all,
 * and of several processes that want the same one, one builds and the others wait.
 *
 * @throws Fault (69) when the cache cannot be written or is full
 */
export async function buildOnce(
  folder: string,
  what: string,
  report: Report,
  build: (into: string) => Promise<void>,
): Promise<string> {
  if (isBuilt(folder)) return folder;
  requireHost();
  return placeOnce(folder, what, report, build);
}

/** The same for a host that need not be able to build: what `place` brings was built elsewhere. */
export async function placeOnce(
  folder: string,
  what: string,
  report: Report,
  place: (into: string) => Promise<void>,
): Promise<string> {
  try {
    return await interruptible((signal) => placeUnderLock(folder, what, report, place, signal));
  } catch (error) {
    throw diskFault(error, cacheFolder(), 'XDG_CACHE_HOME', '6 GB');
  }
}

/** Waits for as long as the process that builds the same lives. */
async function placeUnderLock(
  folder: string,
  what: string,
  report: Report,
  place: (into: string) => Promise<void>,
  signal: AbortSignal,
): Promise<string> {
  const wait = ({ pid }: ProcessIdentity) =>
    report({ stage: `waiting for process ${pid}, which builds ${what}` });
  using _ = await acquire(`${folder}${lockEnding}`, wait, signal);
  if (isBuilt(folder)) return folder;
  return await withScratch(async (scratch) => {
    const into = join(scratch, 'built');
    await mkdir(into);
    await place(into);
    signal.throwIfAborted();
    if (!hasInventory(into)) await takeInventory(into);
    if (existsSync(folder)) await discard(folder, what, scratch, report);
    await rename(into, folder);
    return folder;
  });
}

/** Takes what is damaged away; a machine that runs from it keeps what it has read. */
async function discard(folder: string, what: string, scratch: string, report: Report): Promise<void> {
  report({ stage: `${what} was damaged in the cache and is built again`, detail: findDamage(folder) ?? '' });
  await rename(folder, join(scratch, 'damaged'));
}

/** Locks in the cache that processes left which are gone. */
export const leftLocks = (): string[] =>
  kinds.flatMap((kind) => {
    const parent = cacheFolder(kind);
    return readdirSync(parent)
      .filter((name) => name.includes(lockEnding))
      .map((name) => join(parent, name))
      .filter(isStale);
  });
