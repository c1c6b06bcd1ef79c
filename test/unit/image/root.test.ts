// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { unpackFault } from '../../../src/image/root.ts';

test('a full disk is told from other failures, whoever noticed it', () => {
  const apt =
    "I: downloading packages with apt...\nE: You don't have enough free space in /x/var/cache/apt/archives/.\n";
  expect(unpackFault(25, apt)).toMatchObject({
    exitCode: 69,
    message: expect.stringMatching(/disk is full/),
  });
  const tar = 'tar: ./usr/bin/x: Cannot write: No space left on device\nE: tar failed\n';
  expect(unpackFault(25, tar).message).toMatch(/disk is full/);
});

test('of a long output the errors remain', () => {
  const output =
    'I: running apt-get update...\nThe following NEW packages will be installed:\n  a b c\nE: apt-get failed\n';
  expect(unpackFault(100, output).message).toBe('mmdebstrap failed (100):\nE: apt-get failed');
});
