// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, stateFolder } from '../vm/folders.ts';
import { fromToken, isAlive, self, toToken } from '../vm/identity.ts';

/**
 * Gives `use` an empty folder and removes it afterwards. A process that was killed leaves its own behind; the next one
 * that needs a folder removes what belongs to no living process.
 *
 * @param parent in the cache's file system, if what is made there shall become part of the cache
 */
export async function withScratch<T>(
  use: (folder: string) => Promise<T>,
  parent = cacheFolder('scratch'),
): Promise<T> {
  for (const left of leftBelow(parent)) await rm(left, { recursive: true, force: true });
  const folder = await mkdtemp(join(parent, `${toToken(self())}-`));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Folders that processes which are gone left behind. */
export const leftScratch = (): string[] =>
  [cacheFolder('scratch'), stateFolder('scratch')].flatMap(leftBelow);

const leftBelow = (parent: string): string[] =>
  readdirSync(parent)
    .filter((name) => {
      const owner = fromToken(name);
      return owner === undefined || !isAlive(owner);
    })
    .map((name) => join(parent, name));
