// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { debianArchive, findMirror } from '../../../src/image/mirror.ts';

// As apt-get indextargets prints them.
const targets = [
  'https://vendor.example/node_20.x/ nodistro main',
  'https://vendor.example/apt stable main',
  'http://archive.example/debian-security/ bookworm-security main',
  'http://archive.example/debian/ bookworm-updates main',
];

test('the archive is the first that serves a Debian suite, and not the security archive', () => {
  expect(debianArchive(targets.filter((line) => !line.includes('/apt ')).join('\n'))).toBe(
    'http://archive.example/debian/',
  );
  expect(debianArchive(targets.slice(0, 1).join('\n'))).toBeUndefined();
  expect(debianArchive('http://archive.example/ubuntu/ jammy main')).toBeUndefined();
  expect(debianArchive('')).toBeUndefined();
});

test("another vendor's suite called stable does not count when a Debian archive is there", () => {
  expect(debianArchive(targets.join('\n'))).toBe('http://archive.example/debian/');
});

test('MIGLAB_MIRROR comes first, and must be an address', async () => {
  expect(await findMirror({ MIGLAB_MIRROR: 'http://mine.example/debian/' })).toBe(
    'http://mine.example/debian',
  );
  await expect(findMirror({ MIGLAB_MIRROR: 'mine' })).rejects.toMatchObject({ exitCode: 69 });
});
