// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdtempSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildOnce } from '../../../src/image/cache.ts';
import type { Progress } from '../../../src/image/report.ts';
import { self, toToken } from '../../../src/vm/identity.ts';

let folder = '';
// What is built there must be in one file system with the folder that it becomes; the user's cache need not be.
process.env.XDG_CACHE_HOME = mkdtempSync(join(tmpdir(), 'miglab-caches-'));
const silent = () => {};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'miglab-cache-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('of two builds at once one runs, and both get its result', async () => {
  let builds = 0;
  const build = async (into: string) => {
    builds++;
    await new Promise(setImmediate);
    await writeFile(join(into, 'file'), 'built');
  };
  const target = join(folder, 'target');
  await Promise.all([1, 2].map(() => buildOnce(target, 'it', silent, build)));
  expect(builds).toBe(1);
  expect(await readFile(join(target, 'file'), 'utf8')).toBe('built');
  expect(await readdir(folder)).toEqual(['target']);
});

test('a build that fails leaves nothing, and can be tried again', async () => {
  const target = join(folder, 'target');
  const failing = buildOnce(target, 'it', silent, async (into) => {
    await writeFile(join(into, 'half'), '');
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await readdir(folder)).toEqual([]);
  await buildOnce(target, 'it', silent, async () => {});
  expect(existsSync(target)).toBe(true);
});

test('the lock of a process that is gone is taken over', async () => {
  const target = join(folder, 'target');
  // Our own number with another start time: a process that had it before us.
  await symlink(toToken({ ...self(), started: '1' }), `${target}.lock`);
  await buildOnce(target, 'it', silent, async () => {});
  expect(await readdir(folder)).toEqual(['target']);
});

const stages = () => {
  const told: string[] = [];
  return { told, report: ({ stage, detail }: Progress) => void told.push(`${stage}: ${detail}`) };
};
const write = (content: string) => (into: string) => writeFile(join(into, 'file'), content);

test.each([
  ['missing', (file: string) => rm(file), 'file is missing'],
  ['truncated', (file: string) => truncate(file, 3), 'file has 3 bytes instead of 5'],
  ['overwritten', (file: string) => writeFile(file, 'other'), 'file was changed'],
])('a file that is %s is noticed, and what it belongs to is built again', async (_, damage, why) => {
  const target = join(folder, 'target');
  await buildOnce(target, 'it', silent, write('right'));
  await damage(join(target, 'file'));
  const { told, report } = stages();
  await buildOnce(target, 'it', report, write('right'));
  expect(told).toEqual([`it was damaged in the cache and is built again: ${why}`]);
  expect(await readFile(join(target, 'file'), 'utf8')).toBe('right');
  expect(await readdir(folder)).toEqual(['target']);
});

test('a copy of the cache, with other times, is as good', async () => {
  const target = join(folder, 'target');
  await buildOnce(target, 'it', silent, write('right'));
  await utimes(join(target, 'file'), 0, 0);
  await buildOnce(target, 'it', silent, async () => expect.fail('it was built again'));
});

test("a full disk is the host's fault", async () => {
  const full = buildOnce(join(folder, 'target'), 'it', silent, async () => {
    throw Object.assign(new Error('write'), { code: 'ENOSPC' });
  });
  await expect(full).rejects.toMatchObject({ exitCode: 69, message: expect.stringMatching(/disk is full/) });
});
