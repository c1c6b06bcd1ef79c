// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { cacheFolder, stateFolder } from '../../../src/vm/folders.ts';

afterEach(() => vi.unstubAllEnvs());

test('no HOME: said so, with the variables that help', () => {
  vi.stubEnv('HOME', '');
  vi.stubEnv('XDG_STATE_HOME', '');
  expect(() => stateFolder()).toThrow(
    expect.objectContaining({
      exitCode: 69,
      message: 'this user has no home folder',
      remedy: expect.stringContaining('XDG_STATE_HOME'),
    }),
  );
});

test('a relative folder is refused, because machines run in another one', () => {
  vi.stubEnv('XDG_CACHE_HOME', 'cache');
  expect(() => cacheFolder()).toThrow(
    expect.objectContaining({
      exitCode: 64,
      message: 'XDG_CACHE_HOME is "cache", which is no absolute path',
    }),
  );
});

test('a folder that cannot be made: which, why, and the variable that moves it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'miglab-folders-'));
  writeFileSync(join(folder, 'file'), '');
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'file'));
  expect(() => stateFolder()).toThrow(
    expect.objectContaining({
      exitCode: 69,
      message: expect.stringMatching(/file\/miglab cannot be made: ENOTDIR/),
      remedy: expect.stringContaining('XDG_STATE_HOME'),
    }),
  );
  rmSync(folder, { recursive: true });
});
