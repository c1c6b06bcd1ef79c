// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withScratch } from '../../../src/image/scratch.ts';
import { self, toToken } from '../../../src/vm/identity.ts';

let parent = '';
beforeEach(async () => {
  const cache = await mkdtemp(join(tmpdir(), 'miglab-scratch-'));
  vi.stubEnv('XDG_CACHE_HOME', cache);
  parent = join(cache, 'miglab/scratch');
});
afterEach(async () => {
  const cache = process.env.XDG_CACHE_HOME as string;
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

test('a folder is gone afterwards, also when its user failed', async () => {
  const failing = withScratch(async (folder) => {
    await writeFile(join(folder, 'file'), '');
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await readdir(parent)).toEqual([]);
});

test('what a process left that is gone is removed; what a living one has is not', async () => {
  const before = { ...self(), started: '1' }; // Another process that had our number before us.
  const earlier = { ...self(), boot: '00000000-0000-0000-0000-000000000000' }; // The same, before a restart.
  const [dead, rebooted, alive] = [before, earlier, self()].map((owner) =>
    join(parent, `${toToken(owner)}-abc`),
  ) as [string, string, string];
  for (const each of [dead, rebooted, alive]) await mkdir(each, { recursive: true });
  await withScratch(async () => {});
  expect([dead, rebooted, alive].map(existsSync)).toEqual([false, false, true]);
});
