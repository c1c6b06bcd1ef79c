// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../vm/folders.ts';

/**
 * Gives `use` an empty folder in the cache's file system and removes it afterwards. A process that was killed leaves
 * its own behind; the next one that needs a folder removes what belongs to no living process.
 */
export async function withScratch<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const parent = cacheFolder('scratch');
  for (const name of await readdir(parent))
    if (!existsSync(`/proc/${name.split('-')[0]}`))
      await rm(join(parent, name), { recursive: true, force: true });
  const folder = await mkdtemp(join(parent, `${process.pid}-`));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
