// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addTolerance, toleranceOf, usualTolerances } from '../../../src/cli/tolerance.ts';
import { writeRun } from '../report/compare/run-files.ts';
import { runOf, shapedRun } from '../report/compare/shaped-runs.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'miglab-compare-'));
  const named = (run: ReturnType<typeof shapedRun>) =>
    runOf(
      run.trials.map(({ row, condition }) => ({
        condition,
        row: { ...row, cell: `${condition.image_mb}-s${row.seed}` },
      })),
    );
  writeRun(join(folder, 'results', 'base'), named(shapedRun(1, 8)));
  writeRun(join(folder, 'results', 'again'), named(shapedRun(2, 8)));
  writeRun(join(folder, 'results', 'slow'), named(shapedRun(3, 8, { slower: { freeze_ms: 1.2 } })));
  writeRun(join(folder, 'results', 'short'), named(shapedRun(3, 2)));
});
afterAll(() => rmSync(folder, { recursive: true }));

const compare = (...words: string[]) =>
  spawnSync('node', [resolve('src/cli/miglab.js'), 'compare', ...words], { cwd: folder, encoding: 'utf8' });

test('exit codes: 0 where nothing became worse, 1 for a regression, 2 for too few values, 64 for a run that is none', () => {
  const codes = ['again', 'slow', 'short', 'none'].map((head) => compare('base', head).status);
  expect(codes).toEqual([0, 1, 2, 64]);
}, 120_000);

test('what became better fails nothing', () => {
  const { status, stdout } = compare('slow', 'base');
  expect(status).toBe(0);
  expect(stdout).toContain('+ improvement');
});

test('files for services, and JSON on standard output alone', () => {
  const { stdout, status } = compare(
    ...['base', 'slow', '--junit', 'out.xml', '--markdown', 'out.md', '--json', '--metric', 'freeze_ms'],
  );
  expect(status).toBe(1);
  const { answers, outcome } = JSON.parse(stdout);
  expect(outcome).toBe('regression');
  expect(answers).toHaveLength(5);
  expect(readFileSync(join(folder, 'out.xml'), 'utf8').match(/<failure /g)).toHaveLength(5);
  expect(readFileSync(join(folder, 'out.md'), 'utf8')).toContain('## Regression');
  expect(compare('base', 'slow', '--json', 'out.json').stdout).toContain('Regression');
  expect(JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')).outcome).toBe('regression');
});

test('--noise: what equal code showed is no regression', () => {
  expect(compare('base', 'slow', '--noise', 'slow').status).toBe(0);
});

test('choices of what to run are refused without --module, and --module without an experiment', () => {
  expect(compare('base', 'again', '--seeds', '3')).toMatchObject({ status: 64 });
  expect(compare('base', 'again', 'tcpmig/figures')).toMatchObject({ status: 64 });
  expect(compare('--module', 'base', 'again')).toMatchObject({ status: 64 });
});

test('--module --dry-run prints what it costs and the order of boots, and starts nothing', () => {
  const module = resolve('lab/module');
  const { stdout, status } = compare(
    ...[
      '--module',
      module,
      module,
      'tcpmig/figures',
      '--seeds',
      '3',
      '--clock',
      'virtual',
      '--dry-run',
      '--json',
    ],
  );
  expect(status).toBe(0);
  const { cost, order, modules } = JSON.parse(stdout);
  expect(cost.boots).toBe(2 * (5 * 3 + 4 * 2));
  expect(order.slice(0, 4).map(({ side }: { side: string }) => side)).toEqual([
    'base',
    'head',
    'head',
    'base',
  ]);
  expect(modules.base).toEqual({ ...modules.head, chosen: null, isOtherInterface: false });
});

test('tolerances: one for all, and of a metric its own', () => {
  const read = (...texts: string[]) =>
    toleranceOf(texts.reduce((sum, text) => addTolerance(text, sum), usualTolerances));
  expect(read()('delay_ms')).toBe(0.05);
  expect(read('delay_ms=10%', '2.5%')('delay_ms')).toBe(0.1);
  expect(read('delay_ms=10%', '2.5%')('freeze_ms')).toBe(0.025);
  for (const wrong of ['5', 'x', 'speed=5%', '-5%']) expect(() => read(wrong)).toThrow(/expected|no metric/);
});
