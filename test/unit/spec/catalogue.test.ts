// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { packagePath } from '../../../src/package.ts';
import { experimentPath, recordedPath, topologyPath } from '../../../src/spec/catalogue.ts';

const home = process.cwd();
let elsewhere = '';
beforeEach(() => {
  elsewhere = mkdtempSync(join(tmpdir(), 'miglab-elsewhere-'));
  process.chdir(elsewhere);
});
afterEach(() => {
  process.chdir(home);
  rmSync(elsewhere, { recursive: true });
});

test("names are the package's own, from whatever folder they are asked", () => {
  const figures = packagePath('experiments', 'tcpmig', 'figures.exp.yml');
  expect(experimentPath('tcpmig/figures')).toBe(figures);
  expect(recordedPath(figures)).toBe('experiments/tcpmig/figures.exp.yml');
  expect(experimentPath('experiments/tcpmig/figures.exp.yml')).toBe(figures);
  expect(topologyPath('broadcast-cluster')).toBe(
    packagePath('lab', 'topologies', 'broadcast-cluster.lab.yml'),
  );
});

test('a file of the working directory is taken and recorded as it stands there', () => {
  writeFileSync('mine.exp.yml', '');
  expect(experimentPath('mine.exp.yml')).toBe('mine.exp.yml');
  expect(recordedPath('mine.exp.yml')).toBe('mine.exp.yml');
});

test('what is neither is a fault that says where to look', () => {
  expect(() => topologyPath('ring')).toThrow(/no topology "ring"/);
  expect(() => experimentPath('mine.exp.yml')).toThrow(/no experiment/);
});
