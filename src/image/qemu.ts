// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { buildOnce, builtFolder } from './cache.ts';
import { packagesHash, readLock } from './lock.ts';
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
  const { root } = await readLock(image);
  const hash = packagesHash(root);
  const folder = await buildOnce(builtFolder('roots', hash), 'QEMU', report, async (into) => {
    await fetchPackages(image, root, report);
    report({ stage: 'unpacking QEMU' });
    await unpackPackages(root, into, dropUnused);
  });
  const version = root.find(({ name }) => name === 'qemu-system-x86')?.version ?? '';
  return { argv: qemuCommand(folder), version: version.replace(/^\d+:/, ''), hash };
}

const dropUnused = 'rm -rf "$1"/usr/share/doc "$1"/usr/share/man "$1"/usr/share/locale "$1"/var/lib/apt';

/** Debian's QEMU with its own loader and libraries, whatever C library the host has. Pure. */
export function qemuCommand(root: string): string[] {
  const libraries = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'].map((path) => join(root, path));
  return [
    join(root, 'usr/lib64/ld-linux-x86-64.so.2'),
    ...['--library-path', libraries.join(':')],
    join(root, 'usr/bin/qemu-system-x86_64'),
    ...['-L', join(root, 'usr/share/qemu'), '-L', join(root, 'usr/share/seabios')],
  ];
}
