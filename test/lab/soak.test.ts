// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { decided } from '../../src/run/clock.ts';
import { prepareGround } from '../../src/run/ground.ts';
import { executeRun } from '../../src/run/run.ts';
import { planRun } from '../../src/run/run-plan.ts';
import { soakOf } from '../../src/run/soak.ts';
import { readExperiment } from '../../src/spec/experiment.ts';
import { readTopology } from '../../src/spec/topology.ts';
import { miglab, type Outcome } from './program.ts';

const results = mkdtempSync(join(tmpdir(), 'miglab-soak-'));
const file = 'experiments/module/soak.exp.yml';
const migrations = 16;
const asked = ['--migrations', String(migrations), '--json', '--results', results];
let outcome: Outcome;
let run: string;
let leaking: Awaited<ReturnType<typeof soakWithLeaks>>;

// At once: on the virtual clock neither has an effect on the other.
beforeAll(async () => {
  [outcome, leaking] = await Promise.all([miglab('run', 'module/soak', ...asked), soakWithLeaks(12)]);
  run = join(results, readdirSync(results)[0] ?? '');
}, 600_000);

/** With a module that keeps a reference to each socket. */
async function soakWithLeaks(count: number) {
  const experiment = decided(await readExperiment(file), { clock: 'virtual', migrations: count });
  const plan = planRun(experiment, file, await readTopology('lab/topologies/broadcast-cluster.lab.yml'));
  const ground = await prepareGround(plan.lab.image, () => undefined, 'leak');
  const directory = join(mkdtempSync(join(tmpdir(), 'miglab-soak-')), 'run');
  const { signal } = new AbortController();
  const id = `test-soak-${process.pid}`;
  const { rows } = await executeRun(plan, ground, directory, id, () => undefined, signal);
  return { rows, soak: await soakOf(directory, rows) };
}

test('migrations on a wire that loses and reorders: every byte right, no RST, and nothing is left behind', () => {
  expect(outcome.code, outcome.stderr + outcome.stdout).toBe(0);
  const soak = JSON.parse(readFileSync(join(run, 'soak.json'), 'utf8'));
  expect(JSON.parse(outcome.stdout)).toMatchObject(soak);
  expect(soak).toMatchObject({ asked: migrations, migrations, bytes_wrong: 0, rst: 0, seq_backwards: 0 });
  expect(soak.cells).toMatchObject([{ problem: '', wrongs: [], nodes: [{ leaks: [] }, { leaks: [] }] }]);
  expect(soak.captured).toBeGreaterThan(0);
  expect(soak.captured).toBe(soak.reinjected + soak.stale + soak.purged);
  // The wire was as bad as it was asked to be.
  const { peer } = Object.fromEntries(
    ['peer'].map((name) => [
      name,
      readFileSync(join(run, 'cells', soak.cells[0].cell, `${name}.qemu.log`), 'utf8'),
    ]),
  );
  expect(peer).toMatch(/loss on public.*: [1-9]\d* of \d+ frames/);
  expect(peer).toMatch(/reordering on public.*: [1-9]\d* of \d+ frames/);
});

test('a soak goes on as any run, with the number of migrations that it began with', async () => {
  const resumed = await miglab('run', '--resume', run, '--results', results);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(resumed.stdout).toContain(`✓ ${migrations} of ${migrations} migrations good, in 1 boots`);
  expect(resumed.stdout).toContain('Resumed: 1 cell measured before, 0 cells now.');
  expect((await miglab('run', 'tcpmig/figures', '--migrations', '5', '--dry-run')).code).toBe(64);
}, 60_000);

test('a module that keeps a reference to each socket is found out by what it leaves behind', () => {
  expect(leaking.rows.map(({ status }) => status)).toEqual(Array(12).fill('valid'));
  // A socket for each stay of the connection: seven on the node on which it was made, six on the other.
  const leaks = leaking.soak?.cells[0]?.nodes.map((node) =>
    node.leaks.filter((leak) => / of TCP in /.test(leak)),
  );
  expect(leaks).toEqual([['7 objects of TCP in 12 migrations'], ['6 objects of TCP in 12 migrations']]);
});
