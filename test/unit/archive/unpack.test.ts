// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { unpack } from '../../../src/archive/unpack.ts';
import { type Member, writeMembers } from './archived.ts';

const limits = { bytes: 1e6, files: 100 };
let folder = '';
let into = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'miglab-unpack-'));
  into = mkdtempSync(join(folder, 'into-'));
});

const member = (name: string, more: object = {}, content = 'x'): Member => ({
  header: { name, ...more },
  content: Buffer.from(content),
});
const good = member('miglab-results/a');
const written = () =>
  readdirSync(into, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());

test('plain files come out as they went in, with their sums', async () => {
  const long = `miglab-results/${'folder/'.repeat(30)}${'n'.repeat(120)}`;
  const file = await writeMembers(join(folder, 'x.tar.gz'), [good, member(long, {}, '')]);
  const sums = await unpack(file, into, limits);
  expect([...sums.keys()]).toEqual(['a', long.slice('miglab-results/'.length)]);
  expect(sums.get('a')).toBe('2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881');
  expect(readFileSync(join(into, 'miglab-results/a'), 'utf8')).toBe('x');
});

test.each<[string, Member[], RegExp]>([
  ['a path that leads up', [member('miglab-results/../../x')], /no path below/],
  ['a path that leads up at once', [member('../x')], /no path below/],
  ['an absolute path', [member('/tmp/x')], /no path below/],
  ['another root', [member('other/x')], /no path below/],
  ['a name that a terminal obeys', [member('miglab-results/\u001b[2J')], /no path below/],
  ['a backslash', [member('miglab-results/a\\b')], /no path below/],
  [
    'a symbolic link',
    [member('miglab-results/a', { type: 'symlink', linkname: '/etc' })],
    /is a symlink, no file/,
  ],
  [
    'a hard link',
    [good, member('miglab-results/b', { type: 'link', linkname: '/etc/passwd' })],
    /is a link, no file/,
  ],
  ['a device', [member('miglab-results/a', { type: 'character-device' })], /no file/],
  ['a folder', [member('miglab-results/a', { type: 'directory' })], /is a directory, no file/],
  ['a file twice', [good, good], /in it twice/],
  ['a file below a file', [good, member('miglab-results/a/b')], /below a file/],
  ['a folder where a file is', [member('miglab-results/a/b'), good], /in it twice/],
  ['more bytes than there is room', [member('miglab-results/a', {}, 'x'.repeat(1e6 + 1))], /more than 1 MB/],
  [
    'more files than there may be',
    Array.from({ length: 101 }, (_, index) => member(`miglab-results/${index}`)),
    /more than 100 files/,
  ],
  ['a name that no disk takes', [member(`miglab-results/${'n'.repeat(300)}`)], /too long/],
  ['nothing', [], /it is empty/],
])('%s is refused', async (_, members, why) => {
  const file = await writeMembers(join(folder, 'x.tar.gz'), members);
  await expect(unpack(file, into, limits)).rejects.toMatchObject({
    ...{ name: 'Fault', exitCode: 64 },
    message: expect.stringMatching(why),
  });
  expect(written().every(({ parentPath }) => parentPath.startsWith(into))).toBe(true);
});

test('a header that says it is huge does not fill the memory', async () => {
  const header = Buffer.alloc(512);
  header.write('PaxHeader', 0);
  header.write('0000644\u00000000000\u00000000000\u0000', 100);
  header.write(`${(1e9).toString(8).padStart(11, '0')}\u0000`, 124);
  header.write('00000000000\u0000        x', 136);
  header.write('ustar\u000000', 257);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\u0000 `,
    148,
  );
  const file = join(folder, 'x.tar.gz');
  writeFileSync(file, gzipSync(Buffer.concat([header, Buffer.alloc(8 << 20)])));
  await expect(unpack(file, into, limits)).rejects.toMatchObject({
    ...{ exitCode: 64, message: expect.stringContaining('exceeds') },
  });
});

test('a file that was cut, or is none, is damaged; one that is not there cannot be read', async () => {
  const file = await writeMembers(join(folder, 'x.tar.gz'), [
    member('miglab-results/a', {}, 'x'.repeat(1e5)),
  ]);
  const whole = readFileSync(file);
  for (const bytes of [whole.subarray(0, whole.length - 9), whole.subarray(0, 40), Buffer.from('no gzip')]) {
    writeFileSync(file, bytes);
    const fresh = mkdtempSync(join(folder, 'into-'));
    await expect(unpack(file, fresh, limits)).rejects.toMatchObject({
      ...{ exitCode: 64, message: expect.stringContaining('damaged') },
    });
  }
  await expect(unpack(folder, into, limits)).rejects.toMatchObject({ exitCode: 64 });
  await expect(unpack(join(folder, 'none'), into, limits)).rejects.toMatchObject({
    ...{ exitCode: 64, message: expect.stringContaining('cannot be read') },
  });
});
