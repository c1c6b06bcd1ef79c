// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BreakName } from '../../src/image/tools.ts';
import { planPassing } from '../../src/plan/passing.ts';
import { prepareGround } from '../../src/run/ground.ts';
import { passing } from '../../src/run/passing.ts';
import { executeSimple } from '../../src/run/simple.ts';
import { readAnyExperiment } from '../../src/spec/any-experiment.ts';
import type { PassingExperiment } from '../../src/spec/passing-experiment.ts';
import { lab } from './boot.ts';

const file = 'experiments/tcpcp/pass.exp.yml';

/** Carries the experiment out as `miglab run` does. */
async function pass(broken?: BreakName) {
  const experiment = (await readAnyExperiment(file)) as PassingExperiment;
  const [cell] = planPassing(experiment);
  if (!cell) throw new Error(`${file} has no cell`);
  const ground = await prepareGround(lab.image, () => undefined, broken);
  const directory = join(mkdtempSync(join(tmpdir(), 'miglab-passing-')), 'run');
  // What is broken may not go on: that is waited for, and no longer than this.
  const plan = broken ? { ...cell, passes: 1, timeoutS: 30 } : cell;
  const run = { title: experiment.title, file, lab, cells: [plan] };
  const id = `test-passing-${process.pid}-${broken ?? 'good'}`;
  const { signal } = new AbortController();
  const [passed] = await executeSimple(passing, run, ground, { directory, id }, () => undefined, signal);
  if (!passed) throw new Error('no cell was carried out');
  return { plan, passed, directory };
}

test('a server passes one of its connections to another machine, and back, while its others stay; every byte is right', async () => {
  const { plan, passed, directory } = await pass();
  expect(passed.problem).toBe('');
  expect(passed.connections).toHaveLength(plan.connections);
  expect(passed.connections.filter(({ problem }) => problem)).toEqual([]);
  expect(passed.findings.filter(({ holds }) => !holds)).toEqual([]);

  // In turn from each node, of its own and of those that came to it; each goes on where it stopped.
  expect(passed.passes).toHaveLength(plan.passes);
  const byTime = passed.passes.map(({ machine, to }) => `${machine} ${to}`).sort();
  const each = plan.passes / 2;
  expect(byTime).toEqual([...Array(each).fill('node-a node-b'), ...Array(each).fill('node-b node-a')]);
  const times = passed.connections.map(({ passes }) => passes);
  expect(times.reduce((sum, one) => sum + one, 0)).toBe(plan.passes);
  expect(times.filter((one) => one > 1).length).toBeGreaterThan(0);
  expect(times.filter((one) => one === 0).length).toBeGreaterThan(2);
  for (const { served, received, dropped } of passed.passes) {
    expect(served).toBeGreaterThan(0);
    expect(received).toBeGreaterThan(0);
    expect(dropped).toBe(0);
  }
  expect(JSON.parse(readFileSync(join(directory, 'passes.json'), 'utf8')).cells).toEqual([passed]);
}, 460_000);

test('a module whose timestamps go back is found out', async () => {
  const { passed } = await pass('timestamps');
  expect(passed.passes).toMatchObject([{ status: 'passed' }]);
  const finding = passed.findings.find(({ claim }) => claim === 'nothing-contradictory');
  expect(finding).toMatchObject({
    holds: false,
    evidence: expect.stringMatching(/, [1-9]\d* that go back$/),
  });
}, 300_000);
