// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { type CellPlan, planCells } from '../../../src/plan/experiment.ts';
import { planLab } from '../../../src/plan/lab.ts';
import { realClockNotes } from '../../../src/plan/netem.ts';
import { cellScenario } from '../../../src/plan/scenario.ts';
import { lockstepConfig } from '../../../src/plan/virtual-clock.ts';
import { parseText } from '../../../src/spec/document.ts';
import { type Experiment, experimentSchema, readExperiment } from '../../../src/spec/experiment.ts';
import { readTopology } from '../../../src/spec/topology.ts';

const small = await readExperiment('test/lab/small.exp.yml');
const lab = planLab(await readTopology('lab/topologies/broadcast-cluster.lab.yml'));

function cellWith(clock: 'real' | 'virtual', ...impairments: string[]): CellPlan {
  const text = JSON.stringify({ ...small, impairments: [] }).replace(
    '"impairments":[]',
    `"impairments":[${impairments.join(',')}]`,
  );
  const experiment: Experiment = parseText('impaired', text, experimentSchema);
  return planCells(experiment, clock)[0] ?? expect.fail();
}

const script = (cell: CellPlan, machine: string) =>
  cellScenario(lab, lab.machines.find(({ name }) => name === machine) ?? expect.fail(), cell);

function configOf(...impairments: string[]): string[] {
  const cell = cellWith('virtual', ...impairments);
  const config = lockstepConfig(lab, [], { deadlineS: 60, impairments: cell.impairments, seed: cell.seed });
  return config.split('\n').filter((line) => /^(seed|impair|fault) /.test(line));
}

test('the plugin is told of impairments in numbers, in order, with the seed', () => {
  expect(
    configOf(
      '{ kind: loss, wire: public, from: peer, percent: 0.1% }',
      '{ kind: burst-loss, wire: public, good_to_bad: 1, bad_to_good: 20, end: 1s }',
      '{ kind: reordering, wire: control, to: node-b, percent: 5, time: 700us, begin: 1ms }',
      '{ kind: rate, wire: public, bandwidth: 100Mbit }',
      '{ kind: pause, machine: node-b, time: 2s, since: migration 1 }',
    ),
  ).toEqual([
    'seed 1',
    'impair public peer * 0 0 never loss 1000000',
    'impair public * * 0 0 1000000000 burst-loss 10000000 200000000 1000000000 0',
    'impair control * node-b 0 1000000 never reordering 50000000 700000',
    'impair public * * 0 0 never rate 100000000',
    'fault node-b 1 0 pause 2000000000',
  ]);
});

test('what one of two machines hears is what the other sends', () => {
  expect(configOf('{ kind: rate, wire: private, to: node-b, bandwidth: 1Mbit }')[1]).toBe(
    'impair private node-a * 0 0 never rate 1000000',
  );
});

test('what begins before a migration: the machines are told as long before, and all times count from then', () => {
  const cut = '{ kind: cut, wire: public, since: migration 1, begin: -200ms, end: 500ms }';
  const fault = '{ kind: power-cut, machine: node-b, since: migration 1 }';
  expect(configOf(cut, fault).slice(1)).toEqual([
    'impair public * * 1 0 700000000 cut',
    'fault node-b 1 200000000 power-cut',
  ]);
  const steps = script(cellWith('virtual', cut), 'node-a');
  expect(steps).toMatch(/\nzero control 1 >> \S+\nsleep 0\.200000\ncr_checkpoint /);
  expect(script(cellWith('virtual', cut), 'node-b')).not.toContain('zero control');
});

test('an experiment without impairments has no steps for them', () => {
  for (const clock of ['real', 'virtual'] as const)
    for (const { name } of lab.machines) expect(script(cellWith(clock), name)).not.toMatch(/zero|netem/);
});

test('on the real clock each machine impairs what it sends, one discipline for each impairment', () => {
  const cell = cellWith(
    'real',
    '{ kind: loss, wire: public, percent: 1 }',
    '{ kind: jitter, wire: public, from: peer, time: 1ms, since: migration 1, begin: -100ms, end: 400ms }',
    '{ kind: reordering, wire: private, to: node-b, percent: 5, time: 1ms }',
  );
  const peer = script(cell, 'peer');
  expect(peer).toContain('tc qdisc add dev public root handle 1: netem limit 100000 || fail');
  expect(peer).toContain('tc qdisc add dev public parent 1:1 handle 2: netem limit 100000 || fail');
  expect(peer).toMatch(
    /barrier_at 100001 zero\n\{ sleep 0\.000000; tc qdisc change dev public parent 1:1 handle 2: netem limit 100000 delay 500000ns 500000ns \|\| fail "[^"]*"; sleep 0\.500000; tc .* delay 0ns \|\| fail "[^"]*"; \} &\n/,
  );
  expect(peer).not.toContain('dev private');
  const [a, b] = [script(cell, 'node-a'), script(cell, 'node-b')];
  expect(a).toContain('dev private root handle 1: netem limit 100000 delay 1000000ns reorder 95%');
  expect(a).toMatch(/zero control 1 >> .*\n(.*\n)*sleep 0\.100000\ncr_checkpoint/);
  expect(b).not.toContain('dev private');
  expect(b).not.toContain('500000ns');
});

test('before a run on the real clock it is said what is not exact', () => {
  const notes = (...impairments: string[]) => realClockNotes(cellWith('real', ...impairments).impairments);
  expect(notes()).toEqual([]);
  expect(notes('{ kind: cut, wire: public }').join()).toMatch(/netem.*unseeded/);
  expect(notes('{ kind: jitter, wire: public, time: 1ms }').join()).toContain('a frame may overtake another');
});
