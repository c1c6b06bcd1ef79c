// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Manifest } from '../../../src/image/archive.ts';
import { exportImage } from '../../../src/image/export.ts';
import { importImage } from '../../../src/image/import.ts';
import { contents, makeParts, readMembers, rewrite } from './archive-file.ts';

const silent = () => {};
const before = process.env.XDG_CACHE_HOME;
let folder = '';
let archive = '';
let members: Awaited<ReturnType<typeof readMembers>> = [];
let source: Record<string, string> = {};

const useCache = (name: string) => {
  process.env.XDG_CACHE_HOME = join(folder, name);
};
const cached = () => contents(join(folder, 'empty', 'miglab'));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'miglab-archive-'));
  archive = join(folder, 'trixie.tar');
  useCache('full');
  await makeParts('trixie');
  await exportImage('trixie', archive, silent);
  members = await readMembers(archive);
  source = await contents(join(folder, 'full', 'miglab'));
});
beforeEach(() => useCache('empty'));
afterEach(() => rm(join(folder, 'empty'), { recursive: true, force: true }));
afterAll(async () => {
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
  await rm(folder, { recursive: true });
});

/** Imports a file that is to be refused, and sees to it that nothing of it is in the cache. */
async function refused(file: string): Promise<{ exitCode: number; message: string; remedy: string }> {
  const fault = await importImage(file, silent).then(
    () => expect.fail(`${file} was imported`),
    (error) => error,
  );
  expect(fault.name, fault.stack).toBe('Fault');
  expect(await cached()).toEqual({});
  return fault;
}

test('what was exported comes back as it was, without what no program uses', async () => {
  const imported = await importImage(archive, silent);
  const needed = Object.entries(source).filter(([path]) => !path.endsWith('/var/left'));
  expect(needed.length).toBe(Object.keys(source).length - 1);
  expect(await cached()).toEqual(Object.fromEntries(needed));
  expect(imported.placed.length).toBeGreaterThan(3);
  expect(imported.sha256).toBe(
    createHash('sha256')
      .update(await readFile(archive))
      .digest('hex'),
  );
  const again = await importImage(archive, silent);
  expect([again.placed, again.present]).toEqual([[], imported.placed]);
});

test('the same content gives the same bytes', async () => {
  useCache('full');
  const { sha256 } = await exportImage('trixie', join(folder, 'again.tar'), silent);
  useCache('empty');
  expect((await importImage(archive, silent)).sha256).toBe(sha256);
});

test('an archive that was cut anywhere is refused', async () => {
  const whole = await readFile(archive);
  const end = whole.length - 1024; // Two empty blocks say that it is over.
  const cut = join(folder, 'cut.tar');
  for (let length = 0; length < end; length += 2203) {
    await writeFile(cut, whole.subarray(0, length));
    expect((await refused(cut)).exitCode, `${length} bytes`).toBe(64);
  }
});

test('a byte that was changed anywhere is noticed, or changes nothing', async () => {
  const whole = await readFile(archive);
  const changed = join(folder, 'changed.tar');
  let refusals = 0;
  for (let at = 5; at < whole.length; at += 1103) {
    const bytes = Buffer.from(whole);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
    await writeFile(changed, bytes);
    const outcome = await importImage(changed, silent).catch((error) => error);
    if (outcome.exitCode !== undefined) {
      expect([64, 69]).toContain(outcome.exitCode);
      expect(await cached()).toEqual({});
      refusals++;
      continue;
    }
    expect(outcome, outcome.stack).not.toBeInstanceOf(Error);
    const needed = Object.entries(source).filter(([path]) => !path.endsWith('/var/left'));
    expect(await cached(), `byte ${at}`).toEqual(Object.fromEntries(needed));
    await rm(join(folder, 'empty'), { recursive: true });
  }
  expect(refusals).toBeGreaterThan(20);
}, 60_000);

const first = (manifest: Manifest) => manifest.entries[0] as Manifest['entries'][number];
const links = (manifest: Manifest) => manifest.entries.filter((each) => each.type === 'link');

test.each<[string, number, RegExp, Parameters<typeof rewrite>[2]]>([
  ['a path that leads up', 64, /no path below a part/, (list) => (first(list).path = '../../../etc/passwd')],
  [
    'a path that leads up from inside',
    64,
    /no path below a part/,
    (list) => {
      first(list).path = `${first(list).path}/../../../../../x`;
    },
  ],
  ['an absolute path', 64, /no path below a part/, (list) => (first(list).path = '/etc/passwd')],
  [
    'a part that the list does not name',
    64,
    /no path below a part/,
    (list) => (first(list).path = `pool/${'0'.repeat(64)}.deb`),
  ],
  [
    'a link to an absolute path',
    64,
    /leads out of its part/,
    (list) => links(list).forEach((each) => void Object.assign(each, { target: '/bin/sh' })),
  ],
  [
    'a link that leads out of its part',
    64,
    /leads out of its part/,
    (list) => links(list).forEach((each) => void Object.assign(each, { target: '../../../../x' })),
  ],
  [
    'a file that is written through a link',
    64,
    /which is no folder/,
    (list) => void Object.assign(list.entries[1] ?? {}, { path: `${links(list)[0]?.path}/x` }),
  ],
  ['a path twice', 64, /listed twice/, (list) => void list.entries.push(first(list))],
  [
    'no kernel',
    64,
    /kernel is not in it/,
    (list, files) => {
      const at = list.entries.findIndex(({ path }) => path.endsWith('/kernel'));
      list.entries.splice(at, 1);
      files.splice(at, 1);
    },
  ],
  [
    'a file that the list does not name',
    64,
    /not what its list says/,
    (_, files) => void files.push({ header: { name: 'extra' }, content: Buffer.from('x') }),
  ],
  ['an end before the list ends', 64, /ends before/, (_, files) => void files.pop()],
  ['files in another order', 64, /not what its list says/, (_, files) => void files.reverse()],
  [
    'other content of the same size',
    64,
    /does not have its hash/,
    (_, files) => void files[1]?.content.fill(0x20),
  ],
  [
    'a link in the place of a file',
    64,
    /not what its list says/,
    (_, files) => {
      const file = files.find(({ header }) => header.type === 'file');
      if (file) file.header = { ...file.header, type: 'symlink', linkname: '/etc/passwd' };
    },
  ],
  ['a format that is not known', 64, /another version/, (list) => Object.assign(list, { format: 2 })],
  [
    'content of another version',
    64,
    /from other sources/,
    (list) => {
      const [part] = list.parts;
      const old = part?.hash ?? '';
      const other = 'a'.repeat(64);
      for (const each of list.parts) each.hash = each.hash.replace(old, other);
      for (const each of list.entries) each.path = each.path.replace(old, other);
    },
  ],
  ['an unknown image', 64, /no recipe/, (list) => (list.image = 'buster')],
  ['another architecture', 69, /aarch64/, (list) => (list.architecture = 'aarch64')],
])('refused whole: %s', async (_, exitCode, message, edit) => {
  const file = join(folder, 'edited.tar');
  await rewrite(members, file, edit);
  const fault = await refused(file);
  expect(fault.message).toMatch(message);
  expect(fault.exitCode).toBe(exitCode);
  expect(fault.remedy).not.toBe('');
});

test('what is no archive is refused with how to make one', async () => {
  const text = join(folder, 'notes.txt');
  await writeFile(text, 'not a tar\n'.repeat(200));
  expect((await refused(text)).exitCode).toBe(64);
  const absent = await refused(join(folder, 'absent.tar'));
  expect([absent.exitCode, absent.remedy]).toEqual([64, 'miglab image export NAME -o FILE']);
  expect((await refused(folder)).exitCode).toBe(64);
});

test('an export that cannot be written says so, and leaves nothing', async () => {
  useCache('full');
  const there = join(folder, 'no-such-folder', 'trixie.tar');
  await expect(exportImage('trixie', there, silent)).rejects.toMatchObject({ exitCode: 69 });
  await expect(exportImage('qemu', archive, silent)).rejects.toMatchObject({ exitCode: 64 });
  expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
});
