// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { jsonSchema } from '../../../src/schema/json-schema.ts';
import { validate } from '../../../src/schema/validate.ts';

const folder = mkdtempSync(join(tmpdir(), 'miglab-validate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const program = resolve('src/cli/miglab.js');
const miglab = (...words: string[]) =>
  spawnSync(process.execPath, [program, ...words], { cwd: folder, encoding: 'utf8' });

/** A changed copy of a shipped file, in the folder. */
function changed(file: string, name: string, from: string | RegExp, to: string): string {
  writeFileSync(join(folder, name), readFileSync(file, 'utf8').replace(from, to));
  return name;
}

const small = changed('test/lab/small.exp.yml', 'small.exp.yml', 'clock: real', 'clok: real');
const slow = changed('test/lab/slow-wire.lab.yml', 'slow.lab.yml', /kind: pair/, 'kind: piar');

test('all problems of all files are told at once, each with place, line, caret and remedy; paths are those of the folder', () => {
  const { status, stdout } = miglab('validate', small, slow, 'notes.yml', 'gone.exp.yml');
  expect(status).toBe(64);
  expect(stdout).toContain(
    'small.exp.yml:7:1: clok: unknown key; expected one of title, topology, engine, clock, seed, order',
  );
  expect(stdout).toContain('    clok: real\n    ^ did you mean "clock"?\n');
  expect(stdout).toMatch(
    /^slow\.lab\.yml:8:20: wires\.private\.kind: .*expected one of "broadcast"\|"pair"$/m,
  );
  expect(stdout).toMatch(/^notes\.yml:1:1: document: of no kind; expected one of NAME\.exp\.yml/m);
  expect(stdout).toMatch(/^gone\.exp\.yml:1:1: document: cannot be read .*\n {4}Name an existing file\.$/m);
  expect(stdout).toMatch(/\n4 problems in 4 of 4 files\n$/);
});

test('--json has the same as data', () => {
  const { status, stdout } = miglab('validate', '--json', small, slow);
  expect(status).toBe(64);
  const [first, second] = JSON.parse(stdout);
  expect(first).toEqual({
    ...{ file: 'small.exp.yml', line: 7, column: 1, path: 'clok' },
    message: expect.stringMatching(/^unknown key; expected one of/),
    expected: expect.stringMatching(/^one of title, topology/),
    remedy: 'did you mean "clock"?',
  });
  expect(second).toMatchObject({ file: 'slow.lab.yml', line: 8, column: 20, path: 'wires.private.kind' });
});

test('without a file those of the package are checked, and they are good; an unknown kind of schema is a usage fault', () => {
  const { status, stdout } = miglab('validate');
  expect(stdout).toMatch(/^\d\d files, nothing wrong\n$/);
  expect(status).toBe(0);
  expect(JSON.parse(miglab('schema', 'recipe').stdout)).toEqual(jsonSchema('recipe'));
  expect(miglab('schema').stdout).toMatch(/^experiment .*\ntopology .*\nclaims .*\nassignment .*\nrecipe /);
  expect(miglab('schema', 'recipes').status).toBe(64);
});

test('links are checked beside what else is wrong, and a claims.yml that lies beside is not what the path means', async () => {
  cpSync('experiments/tcpmig/claims.yml', join(folder, 'claims.yml'));
  const name = changed(
    'experiments/tcpmig/figures.exp.yml',
    'links.exp.yml',
    /topology: broadcast-cluster\n([\s\S]*)claims: .*/,
    'topology: ring\nsed: 1\n$1claims: claims.yml',
  );
  const found = await validate([join(folder, name)]);
  expect(found.map(({ path, line, message, remedy }) => [path, line, message.split(';')[0], remedy])).toEqual(
    [
      ['topology', 5, 'no topology "ring"', '`miglab schema experiment` describes every key.'],
      ['sed', 6, 'unknown key', 'did you mean "seed"?'],
      ['claims', 15, 'no file claims.yml', expect.stringMatching(/^did you mean ".*claims\.yml"\?$/)],
    ],
  );
});

test('impairments are held against the topology, and against the clock that the file asks for', async () => {
  const impairments =
    'impairments:\n  - { kind: cut, wire: publik }\n  - { kind: power-cut, machine: node-b }\n';
  const name = changed('test/lab/small.exp.yml', 'impaired.exp.yml', /$/, impairments);
  const found = await validate([join(folder, name)]);
  expect(found.map(({ path, line, column, remedy }) => [path, line, column, remedy])).toEqual([
    ['impairments.0.wire', 21, 24, 'did you mean "public"?'],
    ['impairments.1.kind', 22, 13, '`miglab schema experiment` describes every key.'],
  ]);
});
