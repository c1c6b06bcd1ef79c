// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { describeCost } from '../../../src/cli/cost.ts';
import { checkCost, fuzzCost, migrationCost, passingCost } from '../../../src/plan/cost.ts';
import { planCells } from '../../../src/plan/experiment.ts';
import { planChecks } from '../../../src/plan/module-check.ts';
import { planPassing } from '../../../src/plan/passing.ts';
import { readAnyExperiment } from '../../../src/spec/any-experiment.ts';
import { readExperiment } from '../../../src/spec/experiment.ts';

const figures = await readExperiment('experiments/tcpmig/figures.exp.yml');

test('migrations take longer the more there are, and a soak counts those of its warm-up', async () => {
  const real = migrationCost(planCells(figures, 'real'));
  expect(real).toMatchObject({ cells: 9, boots: 9, migrations: 27 });
  const more = { ...figures, cells: figures.cells.map((cell) => ({ ...cell, repetitions: 6 })) };
  const twice = migrationCost(planCells(more, 'real'));
  expect(twice.seconds).toBeGreaterThan(real.seconds);
  expect(twice.bytes).toBeGreaterThan(real.bytes ?? 0);
  const soak = await readExperiment('experiments/module/soak.exp.yml');
  expect(migrationCost(planCells(soak, 'virtual'))).toMatchObject({ boots: 10, migrations: 1100 });
});

test('a capture holds the headers of what was asked for: 10 MB/s for 10 s are 10 MB of segments of 1448 bytes', () => {
  const [cell = expect.fail()] = planCells(figures, 'real');
  const steady = {
    ...cell,
    role: 'source' as const,
    rateMbS: 10,
    warmUpS: 6,
    settleS: 3,
    intervalS: 1,
    repetitions: 1,
  };
  const records = (100e6 / 1448) * 1.5;
  expect(migrationCost([steady]).bytes).toBe(Math.round(records * 144));
});

test('experiments of other engines have a cost, too', async () => {
  const [states, pass] = await Promise.all(
    ['experiments/module/states.exp.yml', 'experiments/tcpcp/pass.exp.yml'].map(readAnyExperiment),
  );
  if (states?.engine !== 'module' || pass?.engine !== 'tcpcp') throw new Error('another engine');
  expect(describeCost(checkCost(planChecks(states)))).toBe('1 cell, 1 boot; about 5 minutes.');
  expect(passingCost(planPassing(pass))).toMatchObject({ cells: 1, boots: 1, migrations: 8 });
  expect(fuzzCost(250_000, 900, 2)).toMatchObject({ boots: 2, seconds: 1290 });
});

test('it is told in a line', () => {
  const cost = { cells: 33, boots: 33, migrations: 33, seconds: 545, bytes: 995e6 };
  expect(describeCost(cost)).toBe('33 cells, 33 boots, 33 migrations; about 10 minutes, and 995 MB of disk.');
  expect(describeCost({ ...cost, seconds: 61.2, bytes: 2.04e9 })).toContain(
    'about 62 s, and 2.0 GB of disk.',
  );
});
