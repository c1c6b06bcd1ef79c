// SPDX-License-Identifier: GPL-2.0-only
import { builtFolder } from './cache.ts';
import { guestHash } from './guest.ts';
import { readLock } from './lock.ts';
import { lockstepHash } from './lockstep.ts';
import { qemuHash } from './qemu.ts';
import { readGuestRecipe } from './recipe.ts';
import { layerHash, toolsHashes } from './tools.ts';

/** One folder of the cache that a lab of an image needs. */
export interface Part {
  kind: 'images' | 'roots' | 'tools';
  hash: string;
}

/** Everything in the cache that a lab of the image needs: QEMU, kernel and initramfs, module and tools with their layer, the plugin. */
export async function partsOf(image: string): Promise<Part[]> {
  const recipe = await readGuestRecipe(image);
  const lock = await readLock(image);
  const tools = await toolsHashes(lock);
  return [
    { kind: 'roots', hash: qemuHash(await readLock('qemu')) },
    { kind: 'images', hash: await guestHash(recipe, lock) },
    ...[...tools, layerHash(tools), await lockstepHash(lock)].map((hash): Part => ({ kind: 'tools', hash })),
  ];
}

export const partName = ({ kind, hash }: Part): string => `${kind}/${hash}`;
export const partFolder = ({ kind, hash }: Part): string => builtFolder(kind, hash);
