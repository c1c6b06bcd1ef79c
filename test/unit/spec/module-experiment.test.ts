// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAnyExperiment } from '../../../src/spec/any-experiment.ts';

const head = 'title: t\ntopology: broadcast-cluster\nengine: module\ntimeout_s: 60\n';

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'miglab-spec-')), 'some.exp.yml');
  writeFileSync(path, text);
  return path;
}

test('the engine decides how an experiment is read', async () => {
  await expect(readAnyExperiment('experiments/tcpmig/figures.exp.yml')).resolves.toMatchObject({
    engine: 'tcpmig',
  });
  await expect(readAnyExperiment('experiments/module/states.exp.yml')).resolves.toMatchObject({
    engine: 'module',
    cells: [{ check: 'states', situations: [] }],
  });
  await expect(readAnyExperiment('experiments/tcpcp/pass.exp.yml')).resolves.toMatchObject({
    engine: 'tcpcp',
  });
});

test('a cell without a choice has all families and all directions', async () => {
  const read = await readAnyExperiment(file(`${head}cells:\n  - check: states\n`));
  expect('cells' in read && read.cells).toEqual([
    {
      check: 'states',
      families: ['ipv4', 'ipv6', 'mapped'],
      directions: ['a-b', 'b-a', 'back', 'held', 'aborted'],
      situations: [],
    },
  ]);
});

test('where fields are changed the direction is not a choice', async () => {
  await expect(
    readAnyExperiment(file(`${head}cells:\n  - check: changes\n    directions: [a-b]\n`)),
  ).rejects.toThrow(/7:5: cells.0.directions: unknown key; expected one of check, families, situations/);
});

test.each([
  [
    'cells:\n  - check: states\n    familys: [ipv4]\n',
    /7:5: cells.0.familys: unknown key; expected one of check, families/,
  ],
  ['cells:\n  - check: states\n    families: [ipv5]\n', /7:16: cells.0.families.0: /],
  ['cells:\n  - check: status\n', /6:12: cells.0.check: /],
  ['cells: []\nseed: 1\n', /6:1: seed: unknown key; expected one of title/],
])('what is wrong is named with its place: %j', async (cells, message) => {
  await expect(readAnyExperiment(file(`${head}${cells}`))).rejects.toThrow(message);
});

test('an unknown engine names those there are', async () => {
  await expect(readAnyExperiment(file('engine: tcpmug\n'))).rejects.toThrow(/1:9: engine: .*tcpmig.*module/);
});
