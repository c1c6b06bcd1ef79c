// SPDX-License-Identifier: GPL-2.0-only
import { buildRootHash } from './buildroot.ts';
import { builtFolder, isBuilt } from './cache.ts';
import { guestHash } from './guest.ts';
import { kernelHash } from './kernel-build.ts';
import { type LockedPackage, readLock } from './lock.ts';
import { notInPool } from './pool.ts';
import { qemuHash } from './qemu.ts';
import { readGuestRecipe } from './recipe.ts';
import { toolsHashes } from './tools.ts';

/** What has to be fetched and built before a lab of some images can be booted. */
export interface Missing {
  downloads: { what: string; packages: number; bytes: number }[];
  builds: string[];
  /** A rough time for all of it, on two cores. */
  seconds: number;
}

// Measured on two cores; a slow line is 5 MB/s.
const cost = { bytesPerSecond: 5e6, qemu: 6, guest: 8, buildRoot: 12, tools: 40, kernel: 900 };

/** What is missing for QEMU and these images with their tools. Reads locks and the cache only. */
export async function whatIsMissing(images: readonly string[] = ['trixie']): Promise<Missing> {
  const missing: Missing = { downloads: [], builds: [], seconds: 0 };
  const seen = new Set<string>();
  const add = (what: string, packages: readonly LockedPackage[], seconds: number) => {
    missing.builds.push(what);
    const wanted = notInPool(packages).filter(({ sha256 }) => !seen.has(sha256));
    for (const { sha256 } of wanted) seen.add(sha256);
    const bytes = wanted.reduce((sum, { size }) => sum + size, 0);
    if (wanted.length > 0) missing.downloads.push({ what, packages: wanted.length, bytes });
    missing.seconds += seconds + Math.ceil(bytes / cost.bytesPerSecond);
  };
  const qemu = await readLock('qemu');
  if (!isBuilt(builtFolder('roots', qemuHash(qemu)))) add('QEMU', qemu.root, cost.qemu);
  for (const image of images) {
    const lock = await readLock(image);
    const kernel = await kernelHash(lock);
    if (kernel && !isBuilt(builtFolder('kernels', kernel)))
      add(`the kernel of ${image}`, lock.build, cost.kernel);
    if (!isBuilt(builtFolder('images', await guestHash(await readGuestRecipe(image), lock))))
      add(`guest image ${image}`, lock.root, cost.guest);
    if (await toolsAreBuilt(image)) continue;
    if (!isBuilt(builtFolder('roots', buildRootHash(lock))))
      add(`compiler and kernel headers for ${image}`, lock.build, cost.buildRoot);
    add(`module and tools for ${image}`, [], cost.tools);
  }
  return missing;
}

async function toolsAreBuilt(image: string): Promise<boolean> {
  const hashes = await toolsHashes(await readLock(image));
  return hashes.every((hash) => isBuilt(builtFolder('tools', hash)));
}
