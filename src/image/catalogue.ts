// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { builtFolder, isBuilt } from './cache.ts';
import { guestHash } from './guest.ts';
import { lockFile, readLock } from './lock.ts';
import { qemuHash } from './qemu.ts';
import { readRecipe, recipeNames } from './recipe.ts';

/** A recipe, and what is built of it. */
export interface ListedImage {
  recipe: string;
  kind: 'guest' | 'tools';
  release: string;
  state: 'built' | 'not built' | 'no lock';
  kernelRelease?: string;
  /** Bytes of what a guest boots from. */
  size?: number;
  hash?: string;
}

export async function listImages(): Promise<ListedImage[]> {
  return Promise.all((await recipeNames()).map(describe));
}

async function describe(name: string): Promise<ListedImage> {
  const recipe = await readRecipe(name);
  const { kind, release } = recipe;
  const head = { recipe: name, kind, release };
  if (!existsSync(lockFile(name))) return { ...head, state: 'no lock' };
  const lock = await readLock(name);
  const hash = recipe.kind === 'guest' ? await guestHash(recipe, lock) : qemuHash(lock);
  const folder = builtFolder(kind === 'guest' ? 'images' : 'roots', hash);
  if (!isBuilt(folder)) return { ...head, state: 'not built', hash };
  if (kind !== 'guest') return { ...head, state: 'built', hash };
  const sizes = await Promise.all(['kernel', 'initramfs'].map((file) => stat(join(folder, file))));
  const kernelRelease = await readFile(join(folder, 'kernel-release'), 'utf8');
  return {
    ...head,
    state: 'built',
    kernelRelease,
    size: sizes.reduce((sum, { size }) => sum + size, 0),
    hash,
  };
}
