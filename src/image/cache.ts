// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExitCode, Fault } from '../fault.ts';
import { cacheFolder } from '../vm/folders.ts';
import { requireHost } from './host.ts';
import type { Report } from './report.ts';
import { withScratch } from './scratch.ts';

/** Where what is built from content with this hash lies, or will lie. */
export const builtFolder = (kind: 'images' | 'roots' | 'tools', hash: string) =>
  join(cacheFolder(kind), hash);

export const isBuilt = (folder: string): boolean => existsSync(folder);

/**
 * The folder, built by `build` into a temporary one if it is not there. Folders appear whole or not at all,
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
  const release = await claim(`${folder}.lock`, what, report);
  try {
    if (isBuilt(folder)) return folder;
    return await withScratch(async (scratch) => {
      const into = join(scratch, 'built');
      await mkdir(into);
      await place(into);
      await rename(into, folder);
      return folder;
    });
  } catch (error) {
    throw explain(error);
  } finally {
    await release();
  }
}

/** Waits for as long as the process that holds the lock lives. */
async function claim(file: string, what: string, report: Report): Promise<() => Promise<void>> {
  const self = `${process.pid} ${await startTime(process.pid)}`;
  for (let told = false; ; ) {
    try {
      const handle = await open(file, 'wx');
      await handle.writeFile(self);
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw explain(error);
    }
    const owner = await readFile(file, 'utf8').catch(() => '');
    const [pid = ''] = owner.split(' ');
    if (owner && owner !== `${pid} ${await startTime(Number(pid))}`) await discard(file, owner);
    if (!told) report({ stage: `waiting for process ${pid || '?'}, which builds ${what}` });
    told = true;
    await sleep(200);
  }
}

/** Takes a dead owner's lock away; of two that try, the rename lets one succeed. */
async function discard(file: string, owner: string): Promise<void> {
  const aside = `${file}.dead-${process.pid}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  const taken = await readFile(aside, 'utf8');
  // Somebody else was faster and claimed it anew in between.
  if (taken !== owner && !existsSync(file)) await rename(aside, file);
  else await rm(aside, { force: true });
}

/** Field 22 of /proc/PID/stat: with the pid it names one process for as long as the machine is up. */
async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

const spaceFaults: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'the cache cannot be written',
  EPERM: 'the cache cannot be written',
};

function explain(error: unknown): unknown {
  const why = spaceFaults[(error as NodeJS.ErrnoException).code ?? ''];
  if (!why) return error;
  return new Fault(
    ExitCode.hostLacks,
    `${why}: ${(error as Error).message}`,
    `Make room (6 GB), or set XDG_CACHE_HOME to a folder that can be written.`,
    { cause: error },
  );
}
