// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { likeTheLab } from '../../../src/grade/likeness.ts';
import { listed, readSubmission } from '../../../src/grade/submission.ts';

const files = [{ name: 'timestamps.c', max_bytes: 100 }];
const make = () => mkdtempSync(join(tmpdir(), 'miglab-submission-'));
const read = (folder: string) => readSubmission(folder, 'one', { files });

test('the files that are asked for are taken, the others named', async () => {
  const folder = make();
  writeFileSync(join(folder, 'timestamps.c'), 'int x;\n');
  writeFileSync(join(folder, 'Makefile'), 'all:\n');
  writeFileSync(join(folder, '.miglab.json'), '{}');
  writeFileSync(join(folder, 'a\u001b[2J'), '');
  expect(await read(folder)).toEqual({
    name: 'one',
    files: [{ name: 'timestamps.c', content: Buffer.from('int x;\n') }],
    ignored: ['Makefile', 'a?[2J'],
    refusal: '',
  });
});

test.each([
  ['is missing', () => undefined],
  ['has 101 bytes', (path: string) => writeFileSync(path, 'x'.repeat(101))],
  ['is no regular file', (path: string) => symlinkSync('/etc/passwd', path)],
  ['is no regular file', (path: string) => mkdirSync(path)],
  ['is no regular file', (path: string) => execFileSync('mkfifo', [path])],
])('a file that %s is refused', async (why, put) => {
  const folder = make();
  put(join(folder, 'timestamps.c'));
  const submission = await read(folder);
  expect(submission.refusal).toContain(why);
  expect(submission.files).toEqual([]);
});

test('of a thousand names some are said', () => {
  const names = listed(Array.from({ length: 1000 }, (_, each) => `file ${each}`));
  expect(names).toHaveLength(21);
  expect(names.at(-1)).toBe('and 980 more');
});

test('the lab’s own file is known again, in other white space and with other comments', async () => {
  const own = readFileSync('lab/module/window.c', 'utf8');
  const like = (content: string) =>
    likeTheLab(
      { kind: 'module' },
      { name: 'one', files: [{ name: 'window.c', content: Buffer.from(content) }], ignored: [], refusal: '' },
    );
  expect(await like(own)).toEqual(['window.c']);
  expect(await like(`/* mine */\n${own.replaceAll('\t', '   ').replace(/\/\*[\s\S]*?\*\//g, '')}`)).toEqual([
    'window.c',
  ]);
  expect(await like(own.replace('w->closed = false', 'w->closed = true'))).toEqual([]);
});
