// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withScratch } from '../../../src/image/scratch.ts';

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
  const { pid } = spawnSync('true');
  const [dead, alive] = [join(parent, `${pid}-abc`), join(parent, `${process.ppid}-abc`)];
  for (const each of [dead, alive]) await mkdir(each, { recursive: true });
  await withScratch(async () => {});
  expect([existsSync(dead), existsSync(alive)]).toEqual([false, true]);
});
