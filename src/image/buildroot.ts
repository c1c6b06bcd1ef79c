// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { mkdir, open, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildOnce, builtFolder } from './cache.ts';
import { type Outcome, run } from './command.ts';
import { type Lock, packagesHash } from './lock.ts';
import { fetchPackages } from './pool.ts';
import type { Report } from './report.ts';
import { unpackPackages } from './root.ts';

/** A root with the compiler and kernel headers of an image's release; never written to once it is there. */
export interface BuildRoot {
  folder: string;
  hash: string;
  /** Of a kernel that was compiled here: at `headersPlace` in the root. */
  headers?: string;
}

/** Where a kernel's package has its headers, and where those of one that was compiled here are. */
export const headersPlace = (root: BuildRoot, kernelRelease: string): string =>
  root.headers ? builtHeaders : `/lib/modules/${kernelRelease}/build`;

const builtHeaders = '/usr/src/linux-headers';

// Part of the hash: roots that were finished in another way are other roots.
const alternatives = { 'usr/bin/awk': 'mawk', 'usr/bin/cc': 'gcc' };
const mountPoints = {
  folders: ['proc', 'dev', 'tmp', 'build', 'usr/src/linux-headers'],
  files: ['dev/null', 'dev/zero', 'dev/urandom'],
};

export const buildRootHash = (lock: Lock): string =>
  createHash('sha256')
    .update(packagesHash(lock.build) + JSON.stringify([alternatives, mountPoints]))
    .digest('hex');

export async function ensureBuildRoot(image: string, lock: Lock, report: Report): Promise<BuildRoot> {
  const hash = buildRootHash(lock);
  const what = `the build root of ${image}`;
  const folder = await buildOnce(builtFolder('roots', hash), what, report, async (into) => {
    await fetchPackages(image, lock.build, report);
    report({ stage: `unpacking ${what}` });
    await unpackPackages(lock.build, into);
    await finishRoot(into);
  });
  return { folder, hash };
}

/** What the packages' scripts would have done, and places for what is mounted. */
async function finishRoot(root: string): Promise<void> {
  for (const [path, target] of Object.entries(alternatives)) await symlink(target, join(root, path));
  for (const path of mountPoints.folders) await mkdir(join(root, path), { recursive: true });
  for (const path of mountPoints.files) await (await open(join(root, path), 'a')).close();
}

/**
 * Runs a shell script inside the build root, without network, with `work` at /build: always the same path, so that
 * what a compiler writes down of its sources is the same on every host. Root is not needed: namespaces of the user.
 */
export async function runInRoot(root: BuildRoot, work: string, script: string): Promise<Outcome> {
  await mkdir(work, { recursive: true });
  await writeFile(join(work, '.script'), script);
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--net'];
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  return run(
    ['unshare', ...user, ...namespaces, 'sh', '-ec', enter, 'sh', root.folder, work, root.headers ?? ''],
    {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    },
  );
}

const enter = [
  'mount --rbind /proc "$1/proc"',
  'for each in null zero urandom; do mount --bind "/dev/$each" "$1/dev/$each"; done',
  'mount -t tmpfs tmpfs "$1/tmp"',
  'mount --bind "$2" "$1/build"',
  `[ -z "$3" ] || mount --bind "$3" "$1${builtHeaders}"`,
  'exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/build LC_ALL=C.UTF-8 TZ=UTC SOURCE_DATE_EPOCH=0 sh -c "cd /build && sh -e .script"',
].join('\n');
