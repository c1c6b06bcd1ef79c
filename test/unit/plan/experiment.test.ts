// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { planCells } from '../../../src/plan/experiment.ts';
import { planLab } from '../../../src/plan/lab.ts';
import { cellScenario } from '../../../src/plan/scenario.ts';
import { readExperiment } from '../../../src/spec/experiment.ts';
import { readTopology } from '../../../src/spec/topology.ts';

const figures = await readExperiment('experiments/tcpmig/figures.exp.yml');
const cells = planCells(figures, 'real');
const lab = planLab(await readTopology('lab/topologies/broadcast-cluster.lab.yml'));
const scripts = (index: number) =>
  Object.fromEntries(
    lab.machines.map((machine) => [machine.name, cellScenario(lab, machine, cells[index] ?? expect.fail())]),
  );

test('Figures 5 and 6 are planned for five image sizes, at least 15 migrations, each cell with a seed of its own', () => {
  const duplex = cells.filter(({ role }) => role === 'duplex');
  expect(duplex.map(({ imageMb }) => imageMb)).toEqual([1, 5, 10, 20, 50]);
  expect(duplex.reduce((sum, { repetitions }) => sum + repetitions, 0)).toBeGreaterThanOrEqual(15);
  expect(new Set(cells.map(({ seed }) => seed)).size).toBe(cells.length);
  expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
});

test('every machine passes the same barriers in the same order', () => {
  const numbers = Object.values(scripts(0)).map((script) =>
    [...script.matchAll(/barrier_at (?:--put \S+ )?(\d+)/g)].map(([, number]) => Number(number)),
  );
  expect(numbers[0]).toEqual([1, 2, 3, 4, 5, 6, 7, 9999]);
  expect(numbers[1]).toEqual(numbers[0]);
  expect(numbers[2]).toEqual(numbers[0]);
});

test('migrations go forth and back, and the node that has the process last ends it', () => {
  const { 'node-a': a = '', 'node-b': b = '' } = scripts(0);
  expect(a.match(/cr_checkpoint --to 10\.77\.1\.2/g)).toHaveLength(2);
  expect(b.match(/cr_checkpoint --to 10\.77\.1\.1/g)).toHaveLength(1);
  expect(b).toContain('kill -TERM $pid');
  expect(a).not.toContain('kill -TERM $pid');
});

test('on the virtual clock each point has its seeds, the same for every size, and a comparison may have fewer', () => {
  const virtual = planCells(figures, 'virtual');
  const seedsOf = (role: string, size: number) =>
    virtual.filter((cell) => cell.role === role && cell.imageMb === size).map(({ seed }) => seed);
  for (const size of [1, 5, 10, 20, 50]) expect(seedsOf('duplex', size)).toEqual([1, 2, 3, 4, 5]);
  expect(seedsOf('sink', 50)).toEqual([1, 2]);
  expect(new Set(virtual.map(({ id }) => id)).size).toBe(virtual.length);
  expect(virtual[0]).toMatchObject({
    id: '01-duplex-1mb-r120-p2-b2097152-s1',
    repetitions: 1,
    intervalS: 0.25,
  });
});

test('a seed moves the instant of a migration within an interval, and the content of the streams', () => {
  const [one, other] = planCells(figures, 'virtual');
  const script = (cell = one) => cellScenario(lab, lab.machines[0] ?? expect.fail(), cell ?? expect.fail());
  const instant = (text: string) => Number(/^sleep ([\d.]+)$/m.exec(text)?.[1]);
  for (const cell of [one, other]) {
    expect(instant(script(cell))).toBeGreaterThanOrEqual(0);
    expect(instant(script(cell))).toBeLessThan(0.25);
  }
  expect(instant(script(one))).not.toBe(instant(script(other)));
  expect(script(other)).toContain('--seed 2');
});

test('a soak is cut into boots of the same number of migrations, each with a seed of its own, on either clock', async () => {
  const soak = await readExperiment('experiments/module/soak.exp.yml');
  const boots = (migrations: number, clock: 'real' | 'virtual') =>
    planCells({ ...soak, soak: { migrations, warm_up: 10 } }, clock).map(({ seed, repetitions }) => [
      seed,
      repetitions,
    ]);
  expect(boots(1000, 'virtual')).toEqual(Array.from({ length: 10 }, (_, index) => [index + 1, 100]));
  expect(boots(20, 'real')).toEqual([[1, 20]]);
  expect(boots(250, 'virtual')).toEqual([
    [1, 84],
    [2, 84],
    [3, 84],
  ]);
  expect(planCells(soak, 'virtual')[0]?.warmUpMigrations).toBe(10);
});

const [duplex = expect.fail()] = figures.cells;

test('points that are excluded are no cells; the others stay in their order', () => {
  const matrix = { ...duplex, rcvbuf: [0, 2], exclude: [{ image_mb: 50 }, { image_mb: 5, rcvbuf: 2 }] };
  const points = planCells({ ...figures, cells: [matrix] }, 'real').map(({ imageMb, rcvbuf }) => [
    imageMb,
    rcvbuf,
  ]);
  expect(points).toEqual([
    [1, 0],
    [1, 2],
    [5, 0],
    [10, 0],
    [10, 2],
    [20, 0],
    [20, 2],
  ]);
});

test('a shuffled order is the seed’s, and a cell in it is the same as in the listed one', () => {
  const listed = planCells(figures, 'virtual');
  const shuffled = planCells({ ...figures, order: 'shuffled' }, 'virtual');
  const byId = (plan: typeof listed) => plan.toSorted((a, b) => a.id.localeCompare(b.id));
  expect(shuffled).not.toEqual(listed);
  expect(byId(shuffled)).toEqual(byId(listed));
  expect(planCells({ ...figures, order: 'shuffled' }, 'virtual')).toEqual(shuffled);
  const other = planCells({ ...figures, order: 'shuffled', seed: 2 }, 'real').map(({ imageMb }) => imageMb);
  expect(other).not.toEqual(
    planCells({ ...figures, order: 'shuffled' }, 'real').map(({ imageMb }) => imageMb),
  );
});

test('on the real clock a point may have several boots, each with a seed of its own; one stays as it was', () => {
  const twice = planCells({ ...figures, boots: 2 }, 'real');
  expect(twice).toHaveLength(2 * cells.length);
  expect(new Set(twice.map(({ seed }) => seed)).size).toBe(twice.length);
  expect(new Set(twice.map(({ id }) => id)).size).toBe(twice.length);
  expect(twice[0]).toMatchObject({ seed: 1, repetitions: 3 });
  expect(planCells({ ...figures, boots: 2 }, 'virtual')).toEqual(planCells(figures, 'virtual'));
});
