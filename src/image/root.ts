// SPDX-License-Identifier: GPL-2.0-only
import { copyFile, link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { run } from './command.ts';
import type { LockedPackage } from './lock.ts';
import { poolFile } from './pool.ts';
import { withScratch } from './scratch.ts';

/**
 * Unpacks exactly these packages of the pool into `target` (a folder, or a file ending in .tar) with mmdebstrap.
 *
 * Nothing of a package is run: not as root, not in a chroot, no maintainer script. So any user can do it, the result
 * depends on the packages alone, and what a script would have set up (passwd, alternatives) is up to the caller.
 */
export async function unpackPackages(packages: readonly LockedPackage[], target: string): Promise<void> {
  await withScratch(async (scratch) => {
    const repository = join(scratch, 'repository');
    const temporary = join(scratch, 'tmp');
    await mkdir(temporary);
    await layOut(packages, repository);
    const names = packages.map(({ name }) => name).join(',');
    const argv = [
      ...['mmdebstrap', '--mode=chrootless', '--variant=extract', '--architectures=amd64'],
      ...[`--format=${target.endsWith('.tar') ? 'tar' : 'directory'}`, `--include=${names}`],
      ...['--aptopt=APT::Install-Recommends "false"', '--aptopt=APT::Sandbox::User "root"'],
      ...['', target, `deb [trusted=yes] copy:${repository} ./`],
    ];
    const { code, stderr } = await run(argv, { env: { SOURCE_DATE_EPOCH: '0', TMPDIR: temporary } });
    if (code !== 0) throw unpackFault(code, stderr);
  });
}

/** What went wrong, in apt's and mmdebstrap's words. Pure. */
export function unpackFault(code: number | null, stderr: string): Fault {
  if (/no space left|enough free space/i.test(stderr))
    return new Fault(
      ExitCode.hostLacks,
      'the disk is full: the packages of an image could not be unpacked',
      'Make room (6 GB), or set XDG_CACHE_HOME to a folder on another disk.',
    );
  const errors = stderr.split('\n').filter((line) => /^E: /.test(line));
  const why = errors.length > 0 ? errors.join('\n') : stderr.trim().slice(-2000);
  return new Fault(ExitCode.hostLacks, `mmdebstrap failed (${code}):\n${why}`);
}

/**
 * A flat repository. The lock is the closed result of apt's resolution, so the packages declare no dependencies here,
 * and apt checks each file against its locked hash.
 */
async function layOut(packages: readonly LockedPackage[], repository: string): Promise<void> {
  await mkdir(repository, { recursive: true });
  for (const each of packages) {
    const file = join(repository, `${each.sha256}.deb`);
    await link(poolFile(each), file).catch(() => copyFile(poolFile(each), file));
  }
  await writeFile(join(repository, 'Packages'), packages.map(stanza).join('\n'));
}

const stanza = (each: LockedPackage): string =>
  [
    `Package: ${each.name}`,
    `Version: ${each.version}`,
    `Architecture: ${each.architecture}`,
    'Maintainer: none',
    `Filename: ./${each.sha256}.deb`,
    `Size: ${each.size}`,
    `SHA256: ${each.sha256}`,
    'Description: locked',
    '',
  ].join('\n');
