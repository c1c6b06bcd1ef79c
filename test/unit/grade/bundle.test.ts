// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import tar, { type Header } from 'tar-stream';
import { expect, test } from 'vitest';
import { isWhole, pathOf, readBundle, writeBundle } from '../../../src/grade/bundle.ts';
import { isEvidence, planIn } from '../../../src/grade/evidence.ts';
import { asName, submissionOf, takeIn } from '../../../src/grade/intake.ts';
import { readAssignment } from '../../../src/spec/assignment.ts';

const folder = mkdtempSync(join(tmpdir(), 'miglab-bundle-'));
let count = 0;

async function archive(...members: [Partial<Header> & { name: string }, string | Buffer][]): Promise<string> {
  const pack = tar.pack();
  for (const [header, content] of members) pack.entry(header, content);
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack) chunks.push(chunk as Buffer);
  const file = join(folder, `${++count}.tar.gz`);
  writeFileSync(file, gzipSync(Buffer.concat(chunks)));
  return file;
}

test('what is written is read, is whole, and is the same bytes again', async () => {
  const files = new Map([
    ['files/b.c', Buffer.from('b')],
    ['a', Buffer.from('a')],
  ] as const);
  const [one, other] = [join(folder, 'one.tar.gz'), join(folder, 'other.tar.gz')];
  await writeBundle(one, files);
  await writeBundle(other, new Map([...files].reverse()));
  expect(readFileSync(one)).toEqual(readFileSync(other));
  const read = await readBundle(one);
  expect([...read.keys()].sort()).toEqual(['SHA256SUMS', 'a', 'files/b.c']);
  expect(isWhole(read)).toBe(true);
  expect(isWhole(new Map([...read, ['a', Buffer.from('forged')]]))).toBe(false);
});

test.each([
  ['a path that leads out', { name: '../evil' }],
  ['one that does so on its way', { name: 'files/../../evil' }],
  ['an absolute path', { name: '/etc/passwd' }],
  ['a link', { name: 'timestamps.c', type: 'symlink' as const, linkname: '/etc/passwd' }],
  ['a hard link', { name: 'timestamps.c', type: 'link' as const, linkname: 'other' }],
  ['a device', { name: 'disk', type: 'block-device' as const }],
])('an archive with %s is refused', async (_, header) => {
  await expect(readBundle(await archive([header, '']))).rejects.toThrow(/has a /);
});

test('one path twice, too many members, and too much are refused', async () => {
  await expect(readBundle(await archive([{ name: 'a' }, '1'], [{ name: './a' }, '2']))).rejects.toThrow(
    /twice/,
  );
  const many = Array.from({ length: 2001 }, (_, each): [{ name: string }, string] => [
    { name: `f${each}` },
    '',
  ]);
  await expect(readBundle(await archive(...many))).rejects.toThrow(/2000 members/);
  await expect(readBundle(await archive([{ name: 'bomb' }, Buffer.alloc(257 << 20)]))).rejects.toThrow(
    /256 MiB/,
  );
  writeFileSync(join(folder, 'no.tar.gz'), 'not even compressed');
  await expect(readBundle(join(folder, 'no.tar.gz'))).rejects.toThrow(/no .tar.gz/);
}, 60_000);

test('paths', () => {
  expect(['./a/b', 'a/', 'a//b', 'a\\b', 'a\nb', '..', 'a/..b', 'x'.repeat(201)].map(pathOf)).toEqual([
    ...['a/b', 'a', undefined, undefined, undefined, undefined, 'a/..b', undefined],
  ]);
});

test('files are taken from the archive, or one folder of it, and nothing else is', async () => {
  const assignment = await readAssignment('timestamps');
  const take = async (...names: string[]) => {
    const file = await archive(...names.map((name): [{ name: string }, string] => [{ name }, name]));
    return submissionOf(await takeIn(file), assignment);
  };
  expect(await take('files/timestamps.c', 'Makefile', 'deep/er/x')).toMatchObject({
    files: [{ name: 'timestamps.c' }],
    ignored: ['Makefile', 'deep/er/x'],
    refusal: '',
  });
  expect((await take('a/timestamps.c', 'b/timestamps.c')).refusal).toMatch(/several/);
  expect((await take('a/b/timestamps.c')).refusal).toMatch(/missing/);
});

test('an archive that cannot be read is one refusal, not the end', async () => {
  const assignment = await readAssignment('timestamps');
  const intake = await takeIn(await archive([{ name: '../timestamps.c' }, '']));
  expect((await submissionOf(intake, assignment)).refusal).toMatch(/has a member/);
});

test('a stranger names only assignments that there are', async () => {
  const named = async (assignment: string) =>
    (await takeIn(await archive([{ name: '.miglab.json' }, JSON.stringify({ version: 1, assignment })])))
      .assignment;
  expect(await named('timestamps')).toBe('timestamps');
  expect(await named('../../etc')).toBeUndefined();
});

test('names of submissions are names of folders below the marks', () => {
  expect(['..', '.', 'a/b', '-rf', 'Müller_1', '=cmd()'].map(asName)).toEqual([
    ...['submission', 'submission', 'a_b', 'rf', 'Müller_1', '=cmd__'],
  ]);
});

test('of a bundle only evidence is laid out, and only a plan of the form is one', () => {
  const names = [
    'public.pcap',
    'private.pcap',
    'node-a.events.jsonl',
    'outcome.json',
    '../x.pcap',
    'a/b.pcap',
    'run.sh',
  ];
  expect(names.filter(isEvidence)).toEqual(['public.pcap', 'node-a.events.jsonl', 'outcome.json']);
  const plan = { version: 1, assignment: 'timestamps', seed: 's', checks: ['there'], ground: {} };
  const bundle = (text: string) => new Map([['plan.json', Buffer.from(text)]]);
  expect(planIn(bundle(JSON.stringify(plan)))).toEqual(plan);
  expect(planIn(bundle('{'))).toBeUndefined();
  expect(planIn(bundle(JSON.stringify({ ...plan, more: 1 })))).toBeUndefined();
});
