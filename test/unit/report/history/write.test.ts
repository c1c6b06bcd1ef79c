// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeRun } from '../compare/run-files.ts';
import { runsOverTime } from './runs-over-time.ts';

let folder = '';
let page = '';
let said = '';
const history = (...words: string[]) =>
  spawnSync('node', [resolve('src/cli/miglab.js'), 'history', ...words], { cwd: folder, encoding: 'utf8' });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'miglab-history-'));
  for (const run of runsOverTime()) writeRun(join(folder, 'results', run.record.id), run);
  writeFileSync(join(folder, 'results', 'figures-day2', 'report.html'), '');
  mkdirSync(join(folder, 'results', 'states-1'));
  writeFileSync(join(folder, 'results', 'states-1', 'run.json'), '{}');
  said = history('--csv', 'table.csv').stderr;
  page = readFileSync(join(folder, 'results', 'history.html'), 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The page without its scripts and styles: what a reader without JavaScript has. */
const markup = () => page.replace(/<(script|style)[\s>][\s\S]*?<\/\1>/g, '');

test('the page has each run in order, and links the report of those that have one', () => {
  const runs = markup().match(/<section id="runs">[\s\S]*?<\/section>/)?.[0] ?? '';
  expect([...runs.matchAll(/figures-day\d(?=<)/g)].map(String)).toEqual(
    [0, 1, 2, 3].map((day) => `figures-day${day}`),
  );
  expect(runs.match(/href="[^"]*"/g)).toEqual(['href="./figures-day2/report.html"']);
  expect(runs).toContain(`<code>${'3'.repeat(12)}</code>`);
});

test('each condition’s numbers stand in a table too', () => {
  const tables = markup().match(/<details class="table">[\s\S]*?<\/details>/g) ?? [];
  expect(tables).toHaveLength(6);
  expect(tables[4]).toMatch(/<summary>duplex, 50 MB, /);
  expect(tables[4]?.match(/<th scope="row">/g)).toHaveLength(4);
});

test('what the script draws is in the page, a block for it too, and the policy allows just these scripts', () => {
  const json = page.match(/<script type="application\/json" id="figures">([\s\S]*?)<\/script>/)?.[1] ?? '';
  const [figure] = JSON.parse(json);
  expect(markup()).toContain(`data-figure="${figure.id}"`);
  expect(markup().match(/data-panel="/g)).toHaveLength(figure.panels.length);
  const policy =
    page.match(/Content-Security-Policy" content="([^"]*)"/)?.[1]?.replaceAll('&#39;', "'") ?? '';
  expect(policy).toContain("default-src 'none'");
  for (const [, text = ''] of page.matchAll(/<script>([\s\S]*?)<\/script>/g))
    expect(policy).toContain(`'sha256-${createHash('sha256').update(text).digest('base64')}'`);
});

test('a folder’s other runs are left out and named; one that is asked for by name is a fault', () => {
  expect(said).toMatch(/^left out: .*results\/states-1\//m);
  expect(history('states-1').status).toBe(64);
});

test('runs by name, JSON alone on standard output, and nothing to draw', () => {
  const { stdout, status } = history(
    'figures-day1',
    'results/figures-day0',
    '--json',
    '--metric',
    'freeze_ms',
  );
  expect(status).toBe(0);
  const { runs, points } = JSON.parse(stdout);
  expect(runs.map(({ id }: { id: string }) => id)).toEqual(['figures-day0', 'figures-day1']);
  expect(points).toHaveLength(2 * 6);
  expect(readFileSync(join(folder, 'table.csv'), 'utf8').split('\n').length).toBeGreaterThan(100);
  mkdirSync(join(folder, 'empty'));
  expect(history('empty').status).toBe(2);
});
