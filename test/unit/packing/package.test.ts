// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listImages } from '../../../src/image/catalogue.ts';
import { type Packed, pack, unpack } from '../../packed.ts';

let folder = '';
let packed: Packed;
let unpacked = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'miglab-package-'));
  packed = await pack();
  unpacked = await unpack(packed, folder);
  for (const name of Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).dependencies)) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve('node_modules', name), link);
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

const installed = (...argv: string[]) =>
  execFileSync('node', [join(unpacked, 'src', 'cli', 'miglab.js'), ...argv], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
const tracked = (...paths: string[]) =>
  execFileSync('git', ['ls-files', ...paths], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter(existsSync);

test('the package holds what a lab is made of', () => {
  const wanted = tracked('lab', 'images', 'experiments', 'docs', 'src').filter(
    (path) => !/^lab\/.*(test\/|\.gitignore$)|^src\/packing\//.test(path),
  );
  expect(wanted.length).toBeGreaterThan(200);
  expect(wanted.filter((path) => !packed.paths.includes(path))).toEqual([]);
  for (const path of ['LICENSE', 'README.md', 'CHANGELOG.md', 'CITATION.cff', 'dist/source.json'])
    expect(packed.paths).toContain(path);
});

test('and nothing else: no tests, no results, nothing that a build left', () => {
  const rooms = /^(assignments|dist|docs|experiments|images|lab|src)\//;
  expect(packed.paths.filter((path) => !rooms.test(path)).sort()).toEqual([
    'CHANGELOG.md',
    'CITATION.cff',
    'LICENSE',
    'README.md',
    'package.json',
  ]);
  const left = /(^|\/)(test|node_modules|bin|obj)\/|\.(o|ko|mod|mod\.c|cmd|symvers|order|tgz|log)$|\.test\./;
  expect(packed.paths.filter((path) => left.test(path))).toEqual([]);
});

test('packing leaves the checkout as it was', () => {
  expect(existsSync('dist')).toBe(false);
});

test('the package runs with its dependencies alone, under the version that it was packed as', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(installed('--version')).toBe(`${version}\n`);
});

test('it finds in the cache what the checkout built, whatever modes its files have', async () => {
  const names = (images: { recipe: string; hash?: string }[]) =>
    images.map(({ recipe, hash }) => `${recipe} ${hash}`);
  const ofCheckout = names(await listImages());
  expect(names(JSON.parse(installed('image', 'list', '--json')))).toEqual(ofCheckout);
  for (const path of packed.paths) chmodSync(join(unpacked, path), 0o755);
  expect(names(JSON.parse(installed('image', 'list', '--json')))).toEqual(ofCheckout);
});

test('experiments are found by name, and read from the working directory', () => {
  const plan = JSON.parse(installed('run', 'tcpmig/figures', '--dry-run'));
  expect(plan.file).toBe('experiments/tcpmig/figures.exp.yml');
  execFileSync('cp', [join(unpacked, 'experiments/tcpmig/figures.exp.yml'), join(folder, 'mine.exp.yml')]);
  expect(JSON.parse(installed('run', 'mine.exp.yml', '--dry-run')).file).toBe('mine.exp.yml');
});
