// SPDX-License-Identifier: GPL-2.0-only
import { appendFileSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { readLock } from '../../../src/image/lock.ts';
import {
  type ModuleChoice,
  moduleFacts,
  moduleSourceHash,
  ownModule,
  withModuleSources,
} from '../../../src/image/module-choice.ts';
import { folderHash } from '../../../src/image/tools.ts';

const lock = await readLock('trixie');
let copy = '';
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'miglab-choice-'));
  process.env.XDG_CACHE_HOME = join(folder, 'cache');
  copy = join(folder, 'module');
  cpSync('lab/module', copy, { recursive: true });
  return () => {
    delete process.env.XDG_CACHE_HOME;
    rmSync(folder, { recursive: true });
  };
});

const keyOf = (
  folder: 'module' | 'tools' | 'module/selftest',
  choice: ModuleChoice = { folder: copy, chosen: copy },
) => folderHash(folder, lock, undefined, choice);

test('an equal copy elsewhere is the same choice: it comes out of the same place of the cache', async () => {
  expect(await moduleSourceHash({ folder: copy, chosen: copy })).toBe(await moduleSourceHash(ownModule));
  expect(await keyOf('module')).toBe(await keyOf('module', ownModule));
});

test.each(['main.c', 'uapi/tcpmig.h'])(
  'a change to %s gives another module, and the same programs',
  async (file) => {
    appendFileSync(join(copy, file), '/* changed */\n');
    expect(await keyOf('module')).not.toBe(await keyOf('module', ownModule));
    for (const programs of ['tools', 'module/selftest'] as const)
      expect(await keyOf(programs)).toBe(await keyOf(programs, ownModule));
  },
);

test('a folder of sources, and a checkout that has them', async () => {
  const own = (asked: string) => withModuleSources(asked, async (choice) => choice);
  expect(await own(copy)).toEqual({ folder: copy, chosen: copy });
  expect(await own('.')).toEqual({ ...ownModule, folder: resolve('lab/module') });
  expect(await own('lab/module')).toMatchObject({ chosen: null });
});

test('a revision is taken out of git, is named by its commit, and leaves nothing', async () => {
  let folder = '';
  const { chosen, found } = await withModuleSources('HEAD', async (choice) => {
    folder = choice.folder;
    return { chosen: choice.chosen, found: existsSync(join(folder, 'main.c')) };
  });
  expect(found).toBe(true);
  expect(chosen).toMatch(/^[0-9a-f]{40}$/);
  expect(existsSync(folder)).toBe(false);
});

test('what is neither is a fault that says what there may be', async () => {
  for (const asked of ['no-such-branch', '--help', tmpdir()])
    await expect(
      withModuleSources(asked, async () => undefined),
      asked,
    ).rejects.toMatchObject({
      exitCode: 64,
      message: expect.stringContaining(`no module "${asked}"`),
    });
});

test('another header than that of the programs is noticed', async () => {
  expect(await moduleFacts(copy)).toMatchObject({ chosen: copy, isOtherInterface: false });
  appendFileSync(join(copy, 'uapi/tcpmig.h'), '/* changed */\n');
  expect(await moduleFacts(copy)).toMatchObject({ isOtherInterface: true });
});
