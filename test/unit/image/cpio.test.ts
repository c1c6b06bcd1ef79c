// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { assembleInitramfs, type Node, writeArchive, writeLayer } from '../../../src/image/cpio.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'miglab-cpio-'));
});
afterEach(() => rm(folder, { recursive: true }));

const nodes: Node[] = [
  { type: 'link', path: 'l', target: 'etc/a' },
  { type: 'file', path: 'etc/a', mode: 0o644, content: 'hello\n' },
  { type: 'device', path: 'c', mode: 0o600, major: 5, minor: 1 },
];

test('an archive is what GNU cpio 2.13 writes with -H newc --reproducible -R 0:0', async () => {
  const expected = await readFile(join(import.meta.dirname, 'data/gnu-cpio.newc'));
  expect(writeArchive(nodes).equals(expected)).toBe(true);
});

test('the order of the nodes does not matter, and a later node replaces an earlier one', () => {
  const other: Node = { type: 'file', path: 'etc/a', mode: 0o644, content: 'replaced' };
  expect(writeArchive([other, ...nodes].reverse())).toEqual(writeArchive([...nodes, other]));
  expect(writeArchive([other, ...nodes])).toEqual(writeArchive(nodes));
});

test('parts of an initramfs each begin at a multiple of 512', async () => {
  const part = join(folder, 'part');
  await writeFile(part, 'x'.repeat(700));
  const layer = writeLayer([{ path: 'a/b', mode: 0o600, content: 'secret' }]);
  await assembleInitramfs(join(folder, 'out'), [part, layer]);
  const out = await readFile(join(folder, 'out'));
  expect(out.subarray(1024).equals(layer)).toBe(true);
  expect(out.subarray(700, 1024)).toEqual(Buffer.alloc(324));
});

test('an initramfs whose parts cannot be read does not appear', async () => {
  const out = join(folder, 'out');
  await expect(assembleInitramfs(out, [join(folder, 'none')])).rejects.toThrow(/ENOENT/);
  await expect(readFile(out)).rejects.toThrow(/ENOENT/);
  await expect(readFile(`${out}.partial`)).rejects.toThrow(/ENOENT/);
});
