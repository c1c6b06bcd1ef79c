// SPDX-License-Identifier: GPL-2.0-only
import { type HostPackage, requirePrograms } from '../host/packages.ts';

/** Programs of the host that images and tools are built with, and where Debian has them. */
export const hostPackages: HostPackage[] = [
  { program: 'mmdebstrap', package: 'mmdebstrap', why: 'unpacks the packages of an image into a root' },
  { program: 'apt-get', package: 'apt', why: 'finds the mirror, resolves and unpacks packages' },
  {
    program: '/usr/lib/apt/apt-helper',
    package: 'apt',
    why: 'fetches packages, by way of the proxies that apt knows',
  },
  { program: 'dpkg-deb', package: 'dpkg', why: 'reads packages' },
  { program: 'tar', package: 'tar', why: 'unpacks packages' },
  { program: 'xz', package: 'xz-utils', why: "unpacks the kernel's modules" },
  {
    program: 'zstd',
    package: 'zstd',
    why: 'unpacks the kernel, so that no machine spends a second on it at each boot',
  },
  { program: 'unshare', package: 'util-linux', why: 'compiles in a root of the guests, without being root' },
  { program: 'mount', package: 'mount', why: 'puts sources into that root' },
  { program: 'chroot', package: 'coreutils', why: 'enters that root' },
  {
    program: '/usr/share/keyrings/debian-archive-keyring.gpg',
    package: 'debian-archive-keyring',
    why: "verifies the mirror's signature when versions are locked",
  },
];

/** Free room that a host needs: for the cache, and for three machines. */
export const room = { diskGb: 6, memoryGb: 3 } as const;

/** @throws Fault (69) that names each program that is missing and the command that installs it */
export const requireHost = (): void => requirePrograms(hostPackages);
