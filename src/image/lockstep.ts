// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { packagePath } from '../package.ts';
import { buildRootHash, ensureBuildRoot } from './buildroot.ts';
import { buildOnce, builtFolder } from './cache.ts';
import { type Lock, readLock } from './lock.ts';
import type { Report } from './report.ts';
import { builderFiles, compiledFiles, sourceHash } from './source.ts';
import { compile } from './tools.ts';

/** The virtual clock's QEMU plugin, out of the cache. */
export interface LockstepPlugin {
  /** Path of the shared object. */
  plugin: string;
  /** Path of the program that prints how fast the host's time-stamp counter counts, in kHz. */
  counterRate: string;
  hash: string;
}

/** Finds or builds the plugin, with the compiler of a guest's release. @throws Fault (70) with the compiler's words */
export async function ensureLockstep(image: string, report: Report): Promise<LockstepPlugin> {
  const lock = await readLock(image);
  const hash = await lockstepHash(lock);
  const folder = await buildOnce(builtFolder('tools', hash), 'lab/lockstep', report, async (into) => {
    const root = await ensureBuildRoot(image, lock, report);
    report({ stage: 'compiling lab/lockstep' });
    await compile(root, 'lockstep', '', undefined, into);
  });
  const files = join(folder, 'files');
  return { plugin: join(files, 'lib/lockstep.so'), counterRate: join(files, 'bin/counter-rate'), hash };
}

/** Identifies the plugin before it is built. */
export const lockstepHash = (lock: Lock): Promise<string> =>
  sourceHash(
    [packagePath('lab', 'lockstep'), ...builderFiles('buildroot.ts', 'tools.ts', 'lockstep.ts')],
    ['lockstep', buildRootHash(lock)],
    compiledFiles,
  );
