// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decided } from '../../../src/run/clock.ts';
import { planAsBegun, planAsFilesAre } from '../../../src/run/plan-again.ts';
import { changes, type PlanFile, planFile, readPlanFile } from '../../../src/run/plan-file.ts';
import { planRun, withCells } from '../../../src/run/run-plan.ts';
import { readExperiment } from '../../../src/spec/experiment.ts';
import { readTopology } from '../../../src/spec/topology.ts';

const file = 'experiments/tcpmig/figures.exp.yml';
const experiment = { ...(await readExperiment(file)), clock: 'real' as const };
const topology = await readTopology('lab/topologies/broadcast-cluster.lab.yml');
const plan = planRun(experiment, file, topology);
const ground: PlanFile['ground'] = {
  qemu: { version: '10', sha256: 'q' },
  image: { recipe: 'trixie', sha256: 'i', kernel: '6.12' },
  module: { sha256: 'm', broken: null },
  ...{ tools: 't', accelerator: 'tcg', processors: '2 x cpu' },
};
const began = planFile('run', process.cwd(), plan, ground);
const now = (given: Partial<PlanFile['ground']>) =>
  planFile('run', process.cwd(), plan, { ...ground, ...given });

/** What comes back from the disk. */
async function stored(value: object): Promise<PlanFile> {
  const dir = mkdtempSync(join(tmpdir(), 'miglab-plan-'));
  writeFileSync(join(dir, 'plan.json'), JSON.stringify(value));
  return readPlanFile(dir);
}

test('a plan that was stored is the one that was made, and makes the same run', async () => {
  const read = await stored(began);
  expect(changes(read, began)).toEqual([]);
  expect(planAsBegun(read)).toEqual(plan);
  expect(await planAsFilesAre(read)).toEqual(plan);
});

test('of a run of some cells on another image, these cells and that image stay', async () => {
  const some = withCells(plan, plan.cells.slice(1, 3));
  const read = await stored(
    planFile('run', process.cwd(), { ...some, lab: { ...some.lab, image: 'bookworm' } }, ground),
  );
  const again = planAsBegun(read);
  expect(again.cells).toEqual(plan.cells.slice(1, 3));
  expect(again.lab.image).toBe('bookworm');
});

test('of a run with as many boots as it was asked for, all are there again', async () => {
  const many = planRun(decided(experiment, { clock: 'real', boots: 3 }), file, topology);
  const read = await stored(planFile('run', process.cwd(), many, ground));
  expect(many.cells).toHaveLength(3 * 5 + 2 * 4);
  expect(planAsBegun(read)).toEqual(many);
  expect(await planAsFilesAre(read)).toEqual(many);
});

test('a module that was chosen is in the plan, so that the run goes on with it', async () => {
  const chosen = { ...ground, module: { sha256: 'm', broken: null, chosen: 'c0ffee' } };
  const read = await stored(planFile('run', process.cwd(), plan, chosen));
  expect(read.ground.module.chosen).toBe('c0ffee');
  expect(changes(began, read)).toEqual(['module.chosen: none, now c0ffee']);
});

test.each([
  ['QEMU', { qemu: { version: '11', sha256: 'r' } }, ['qemu.version: 10, now 11', 'qemu.sha256: q, now r']],
  ['the module', { module: { sha256: 'n', broken: null }, tools: 'u' }, ['module.sha256: m, now n']],
  ['a broken module', { module: { sha256: 'm', broken: 'rst' as const } }, ['module.broken: none, now rst']],
  ['the image', { image: { ...ground.image, sha256: 'j' }, tools: 'u' }, ['image.sha256: i, now j']],
  ['the programs alone', { tools: 'u' }, ['programs in the guests: sha256: t, now u']],
  ['acceleration', { accelerator: 'kvm' as const }, ['accelerator: tcg, now kvm']],
  ['the host', { processors: '4 x cpu' }, ['processors: 2 x cpu, now 4 x cpu']],
])('another state of %s is a difference', (_, given, expected) => {
  expect(changes(began, now(given))).toEqual(expected);
});

test('another experiment is told by itself, not by all that follows from it', () => {
  const later = planRun({ ...experiment, settle_s: 4 }, file, topology);
  expect(changes(began, planFile('run', '/', later, ground))).toEqual(['experiment: settle_s: 3, now 4']);
});

test('scripts that this version makes otherwise are a difference, though nobody changed a file', () => {
  const [cell = ''] = Object.keys(began.derived.scenarios);
  const other = { ...began.derived, scenarios: { ...began.derived.scenarios, [cell]: 'x' } };
  expect(changes({ ...began, derived: other }, began)).toEqual([
    `this version of miglab plans otherwise: scenarios.${cell}: x, now ${began.derived.scenarios[cell]}`,
  ]);
});

test('an experiment that is gone is no difference', async () => {
  const read = await stored({ ...began, file: 'gone.exp.yml' });
  expect((await planAsFilesAre(read)).cells).toEqual(plan.cells);
});

test('a plan that is none is a fault with its path and field', async () => {
  await expect(stored({ ...began, version: 2 })).rejects.toMatchObject({
    exitCode: 64,
    message: expect.stringMatching(/plan\.json:1:12: version: .*; expected plan.json of version 1/),
  });
  await expect(readPlanFile('/nonexistent')).rejects.toMatchObject({ exitCode: 64 });
});
