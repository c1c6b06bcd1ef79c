// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { buildOnce, builtFolder } from './cache.ts';
import { type Lock, packagesHash, readLock } from './lock.ts';
import { fetchPackages } from './pool.ts';
import type { Report } from './report.ts';
import { unpackPackages } from './root.ts';

const image = 'qemu';

/** QEMU out of the cache. */
export interface QemuToolchain {
  /** The command, to be followed by QEMU's own arguments. */
  argv: string[];
  /** Debian's version, with QEMU's in front. */
  version: string;
  hash: string;
}

/** Finds or builds the QEMU that every host runs. */
export async function ensureQemu(report: Report): Promise<QemuToolchain> {
  const lock = await readLock(image);
  const { root } = lock;
  const hash = qemuHash(lock);
  const folder = await buildOnce(builtFolder('roots', hash), 'QEMU', report, async (into) => {
    await fetchPackages(image, root, report);
    report({ stage: 'unpacking QEMU' });
    await unpackPackages(root, into);
  });
  const version = root.find(({ name }) => name === 'qemu-system-x86')?.version ?? '';
  return { argv: qemuCommand(folder), version: version.replace(/^\d+:/, ''), hash };
}

export const qemuHash = (lock: Lock): string => packagesHash(lock.root);

/** Debian's QEMU with its own loader and libraries, whatever C library the host has. Pure. */
function qemuCommand(root: string): string[] {
  const libraries = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'].map((path) => join(root, path));
  return [
    join(root, 'usr/lib64/ld-linux-x86-64.so.2'),
    ...['--library-path', libraries.join(':')],
    join(root, 'usr/bin/qemu-system-x86_64'),
    ...['-L', join(root, 'usr/share/qemu'), '-L', join(root, 'usr/share/seabios')],
  ];
}
