// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildGuest, ensureGuest } from './guest.ts';
import { type Lock, readLock } from './lock.ts';
import { type GuestRecipe, readGuestRecipe } from './recipe.ts';
import type { Report } from './report.ts';
import { withScratch } from './scratch.ts';
import { allFiles, sourceHash } from './source.ts';
import { compile, ensureToolsRoot, presentFolders } from './tools.ts';

/** One part of an image, built twice. */
export interface Comparison {
  part: string;
  first: string;
  second: string;
  same: boolean;
}

/** Builds an image and its module and tools twice, in different folders and past the cache, and compares every byte. */
export async function checkReproducible(name: string, report: Report): Promise<Comparison[]> {
  const recipe = await readGuestRecipe(name);
  const lock = await readLock(name);
  const { kernelRelease } = await ensureGuest(name, report);
  const first = await buildAside(recipe, lock, kernelRelease, report);
  const second = await buildAside(recipe, lock, kernelRelease, report);
  return [...first].map(([part, hash]) => {
    const other = second.get(part) ?? '';
    return { part, first: hash, second: other, same: hash === other };
  });
}

/** Hash of each part. */
async function buildAside(recipe: GuestRecipe, lock: Lock, kernelRelease: string, report: Report) {
  return withScratch(async (aside) => {
    const hashes = new Map<string, string>();
    const guest = join(aside, 'guest');
    await mkdir(guest);
    await buildGuest(recipe, lock, guest, report);
    for (const file of ['kernel', 'initramfs']) hashes.set(file, await sourceHash([join(guest, file)]));
    const root = await ensureToolsRoot(recipe.name, lock, report);
    for (const folder of presentFolders()) {
      const into = join(aside, folder);
      report({ stage: `compiling lab/${folder} once more` });
      await mkdir(into, { recursive: true });
      await compile(root, folder, kernelRelease, undefined, into);
      const files = await allFiles(join(into, 'files'));
      const paths = files.map((file) => join(into, 'files', file));
      const modes = await Promise.all(paths.map(async (path) => `${(await stat(path)).mode}`));
      hashes.set(`lab/${folder}`, await sourceHash(paths, [...files, ...modes]));
    }
    return hashes;
  });
}
