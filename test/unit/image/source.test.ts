// SPDX-License-Identifier: GPL-2.0-only
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compiledFiles, sourceHash } from '../../../src/image/source.ts';

let copy = '';
beforeEach(() => {
  copy = join(mkdtempSync(join(tmpdir(), 'miglab-source-')), 'module');
  cpSync('lab/module', copy, { recursive: true });
});
afterEach(() => rmSync(join(copy, '..'), { recursive: true }));

const hash = () => sourceHash([copy], [], compiledFiles);

test('modes and times of sources do not count', async () => {
  const before = await hash();
  chmodSync(join(copy, 'main.c'), 0o755);
  utimesSync(join(copy, 'main.c'), 0, 0);
  expect(await hash()).toBe(before);
});

test('what a build, an editor or git leaves beside sources does not count, and tests do not', async () => {
  const before = await hash();
  mkdirSync(join(copy, 'bin'));
  mkdirSync(join(copy, 'test'));
  for (const file of ['main.o', 'tcpmig.mod.c', 'tcpmig.ko', '.main.c.swp', '.gitignore', 'main.c~'])
    writeFileSync(join(copy, file), 'left');
  writeFileSync(join(copy, 'bin', 'program'), 'left');
  writeFileSync(join(copy, 'test', 'test.c'), 'a test');
  expect(await hash()).toBe(before);
});

test.each(['main.c', 'uapi/tcpmig.h', 'Kbuild', 'Makefile', 'new.c'])(
  'a change to %s counts',
  async (file) => {
    const before = await hash();
    writeFileSync(join(copy, file), 'changed');
    expect(await hash()).not.toBe(before);
  },
);
