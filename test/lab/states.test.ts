// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BreakName } from '../../src/image/tools.ts';
import { planLab } from '../../src/plan/lab.ts';
import { aloneIn, planChecks } from '../../src/plan/module-check.ts';
import { checks } from '../../src/run/checks.ts';
import { prepareGround } from '../../src/run/ground.ts';
import { executeSimple } from '../../src/run/simple.ts';
import { readAnyExperiment } from '../../src/spec/any-experiment.ts';
import type { ModuleExperiment } from '../../src/spec/module-experiment.ts';
import { readTopology } from '../../src/spec/topology.ts';
import { chosen, patience } from './chosen.ts';

const file = 'experiments/module/states.exp.yml';

/** Attributes that no state has here by itself. */
const elsewhere = new Set([
  'UNSPEC',
  // Parts of OFO, which is changed at each.
  ...['OFO_SEQ', 'OFO_FIN', 'OFO_DATA'],
  // Of kernels from 7.0 on.
  'RCV_MWND_SEQ',
  // Of the single-IP cluster: test/lab/listening.test.ts.
  'SYN_SHARE',
]);

/** Carries cells out as `miglab run` does those of the experiment. */
async function check(asked: ModuleExperiment['cells'], broken?: BreakName) {
  const experiment = (await readAnyExperiment(file)) as ModuleExperiment;
  const topology = await readTopology(`lab/topologies/${experiment.topology}.lab.yml`);
  const run = {
    ...{ title: experiment.title, file, lab: aloneIn(chosen(planLab(topology))) },
    cells: planChecks({
      ...experiment,
      timeout_s: patience * experiment.timeout_s,
      cells: asked,
    }),
  };
  const ground = await prepareGround(run.lab.image, () => undefined, broken);
  const directory = join(mkdtempSync(join(tmpdir(), 'miglab-checks-')), 'run');
  const id = `test-states-${process.pid}-${broken ?? 'good'}`;
  const { signal } = new AbortController();
  const cells = await executeSimple(checks, run, ground, { directory, id }, () => undefined, signal);
  return { directory, cells };
}

// Of the product of both, which `miglab run module/states` carries out, what may differ by more than one of them.
const chosenCells: ModuleExperiment['cells'] = [
  {
    check: 'states',
    families: ['ipv4'],
    directions: ['a-b', 'b-a', 'back', 'held', 'aborted'],
    situations: [],
  },
  { check: 'states', families: ['ipv6', 'mapped'], directions: ['back'], situations: [] },
];

test(
  'every state of a connection moves, of each family and in each direction, and the peer sees one machine',
  async () => {
    const { cells, directory } = await check(chosenCells);
    expect(cells.map(({ problem }) => problem)).toEqual(['', '']);
    const trials = cells.flatMap((cell) => cell.trials);
    expect(trials.filter(({ status }) => status !== 'ok')).toEqual([]);
    for (const { families, directions } of chosenCells.filter((each) => each.check === 'states'))
      for (const family of families)
        for (const direction of [...directions, 'refused'])
          expect(trials.some((each) => each.family === family && each.direction === direction)).toBe(true);
    // Every move that nothing disturbed is also compared field by field.
    expect(trials.filter(({ compared }) => compared).length).toBeGreaterThan(100);
    expect(JSON.parse(readFileSync(join(directory, 'states.json'), 'utf8')).cells).toEqual(cells);
  },
  patience * 1_300_000,
);

test(
  'every field of the state that is changed on its way is noticed: refused, told by the next export, or seen by the peer',
  async () => {
    const { cells } = await check([{ check: 'changes', families: ['ipv6'], situations: [] }]);
    expect(cells.map(({ problem }) => problem)).toEqual(['']);
    const trials = cells.flatMap((cell) => cell.trials);
    expect(trials.filter(({ status }) => status !== 'ok')).toEqual([]);
    const changed = new Set(trials.flatMap((each) => (each.noticed ? [each.case.replace(/\+.*/, '')] : [])));
    const header = readFileSync('lab/module/uapi/tcpmig.h', 'utf8');
    const attributes = [...header.matchAll(/^\tTCPMIG_A_([A-Z0-9_]+),/gm)].map(([, name]) => name);
    expect(attributes.filter((name) => !changed.has(String(name)) && !elsewhere.has(String(name)))).toEqual(
      [],
    );
  },
  patience * 400_000,
);

test.each([
  ['timestamps', 'established-idle', /timestamp goes back by \d+/],
  ['queue', 'established-unread', /ESTABLISHED with 0 unread.* expected ESTABLISHED with 5000/],
] as const)(
  'a module broken on purpose (%s) is found out',
  async (broken, situation, reason) => {
    const { cells } = await check(
      [{ check: 'states', families: ['ipv4'], directions: ['a-b'], situations: [situation] }],
      broken,
    );
    expect(cells[0]?.trials).toMatchObject([{ status: 'failed', reason: expect.stringMatching(reason) }]);
  },
  patience * 200_000,
);
