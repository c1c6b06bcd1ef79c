// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { asInstalled, parseUris } from '../../../src/image/resolve.ts';

const sha256 = 'b'.repeat(64);

test('apt-get --print-uris gives names, versions with epochs, and paths below the archive', () => {
  const mirror = 'http://archive.example/debian';
  const lines = [
    `'${mirror}/pool/main/z/zlib/zlib1g_1.3.dfsg%2breally1.3.1-1%2bb1_amd64.deb' zlib1g_1%3a1.3.dfsg+really1.3.1-1+b1_amd64.deb 88892 SHA256:${sha256}`,
    `'${mirror}/pool/main/l/linux-base/linux-base_4.12.1%7ebpo_all.deb' linux-base_4.12.1~bpo_all.deb 25544 SHA256:${sha256}`,
    'Reading package lists...',
  ];
  expect(parseUris(lines.join('\n'), mirror)).toEqual([
    {
      name: 'linux-base',
      version: '4.12.1~bpo',
      architecture: 'all',
      size: 25544,
      sha256,
      path: 'pool/main/l/linux-base/linux-base_4.12.1~bpo_all.deb',
    },
    {
      name: 'zlib1g',
      version: '1:1.3.dfsg+really1.3.1-1+b1',
      architecture: 'amd64',
      size: 88892,
      sha256,
      path: 'pool/main/z/zlib/zlib1g_1.3.dfsg+really1.3.1-1+b1_amd64.deb',
    },
  ]);
});

test('an assumed package counts as installed, and brings none of its dependencies', () => {
  const stanza =
    'Package: systemd\nVersion: 257\nArchitecture: amd64\nDepends: libc6\nProvides: default-logind\nDescription: x\n y';
  expect(asInstalled(`${stanza}\n\n`)).toBe(
    'Package: systemd\nVersion: 257\nArchitecture: amd64\nProvides: default-logind\nStatus: hold ok installed\nMaintainer: none\nDescription: assumed\n\n',
  );
  expect(asInstalled('')).toBe('');
});
