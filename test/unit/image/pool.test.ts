// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LockedPackage } from '../../../src/image/lock.ts';
import { downloadFault, fetchPackages, notInPool, poolFile } from '../../../src/image/pool.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'miglab-pool-'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  vi.stubEnv('MIGLAB_MIRROR', `copy:${folder}/mirror`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** A package on the mirror, which is a folder that apt reads by its `copy` method. */
async function publish(name: string, content: string, onMirror = content): Promise<LockedPackage> {
  const path = `pool/main/${name}_1.0+1~x_all.deb`;
  const file = join(folder, 'mirror', path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, onMirror);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { name, version: '1.0+1~x', architecture: 'all', size: content.length, sha256, path };
}

test('packages go into the pool once, and from then on need no mirror', async () => {
  const packages = [await publish('a', 'first'), await publish('b', 'second')];
  expect(notInPool(packages)).toHaveLength(2);
  await fetchPackages('demo', packages, () => {});
  expect(await readFile(poolFile(packages[1] as LockedPackage), 'utf8')).toBe('second');
  await rm(join(folder, 'mirror'), { recursive: true });
  vi.stubEnv('MIGLAB_MIRROR', 'nowhere');
  await fetchPackages('demo', packages, () => {});
});

test('a package that the mirror lost is named, with the remedy', async () => {
  const lost = await publish('a', 'first');
  await rm(join(folder, 'mirror', lost.path));
  await expect(fetchPackages('demo', [lost], () => {})).rejects.toMatchObject({
    exitCode: 69,
    message: expect.stringMatching(/a 1\.0\+1~x/),
    remedy: expect.stringMatching(/image build demo --relock/),
  });
});

test('a package with another content does not get into the pool', async () => {
  const changed = await publish('a', 'first', 'forged');
  await expect(fetchPackages('demo', [changed], () => {})).rejects.toMatchObject({ exitCode: 69 });
  expect(await readdir(join(folder, 'cache/miglab/pool'))).toEqual([]);
});

test("a web mirror's 404 is told from a line that is down", async () => {
  const each = await publish('bash', 'x');
  const uri = 'http://archive.example/pool/main/bash_1.0%2B1%7ex_all.deb';
  const gone = `E: Failed to fetch ${uri}  404  Not Found [IP: 203.0.113.80 80]\nE: Download Failed\n`;
  expect(downloadFault('demo', 'http://archive.example', [each], gone).message).toMatch(
    /bash 1\.0\+1~x any more/,
  );
  const down = `E: Failed to fetch ${uri}  Could not connect to archive.example:80 (203.0.113.80).\nE: Download Failed\n`;
  expect(downloadFault('demo', 'http://archive.example', [each], down).message).toMatch(
    /could not be fetched/,
  );
});
