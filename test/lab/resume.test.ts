// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { isAlive } from '../../src/vm/identity.ts';
import { labNames, listedMachines } from '../../src/vm/state.ts';
import { waitFor } from '../../src/vm/wait.ts';
import { miglab, type Outcome, start } from './program.ts';

const three = readFileSync('test/lab/small.exp.yml', 'utf8')
  .replace('image_mb: [1]', 'image_mb: [1, 2, 3]')
  .replace('rate_mb_s: 5', 'rate_mb_s: 1');
const folder = mkdtempSync(join(tmpdir(), 'miglab-resume-'));
const file = join(folder, 'three.exp.yml');
const results = join(folder, 'results');
const minutes = 60_000;

const ids = ['01-source-1mb-r1', '02-source-2mb-r1', '03-source-3mb-r1'];
const [first = '', second = ''] = ids;
const run = () => join(results, readdirSync(results)[0] ?? 'none');
/** A host under load may make a boot inconclusive, which is then repeated: that is no business of these tests. */
const cells = () =>
  readdirSync(join(run(), 'cells'))
    .filter((name) => !name.includes('.attempt'))
    .sort();
const record = () => JSON.parse(readFileSync(join(run(), 'run.json'), 'utf8'));
const rows = (): Record<string, string>[] =>
  parse(readFileSync(join(run(), 'measurements.csv')), { columns: true });

/** Content and time of each file of the first cell, the folder's own time among them. */
function fingerprint(): Record<string, string> {
  const cell = join(run(), 'cells', first);
  const print = (path: string) =>
    `${statSync(path).mtimeMs} ${statSync(path).isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''}`;
  return Object.fromEntries(['.', ...readdirSync(cell)].map((name) => [name, print(join(cell, name))]));
}

/** The machines of a cell's lab, when they are there. */
const machinesOf = (cell: string) =>
  waitFor({ what: `the lab of ${cell}`, timeoutMs: 2 * minutes, path: '/nonexistent' }, () => {
    if (!existsSync(results) || !readdirSync(results)[0] || !existsSync(join(run(), 'run.json')))
      return undefined;
    const name = labNames().find((each) => each.startsWith(`${record().id}.${cell.slice(0, 2)}.`));
    const machines = name ? listedMachines(name) : [];
    return existsSync(join(run(), 'cells', `${cell}.partial`)) && machines.length === 3
      ? machines
      : undefined;
  });

let before: Record<string, string>;

test(
  'a run whose process is killed in its second cell keeps the first, whole, and the second not at all',
  async () => {
    writeFileSync(file, three);
    const { child, ended } = start('run', file, '--results', results);
    const machines = await machinesOf(second);
    child.kill('SIGKILL');
    await ended;
    expect(cells()).toEqual([first, `${second}.partial`]);
    expect(record().state).toBe('running');
    expect(machines.every((machine) => isAlive(machine.process))).toBe(true);
    before = fingerprint();
    const logs = await miglab('logs', '--cell', `${run()}/${second}.partial`);
    expect(logs).toMatchObject({ code: 64, stderr: expect.stringContaining('there are no logs in') });
  },
  5 * minutes,
);

test(
  'the experiment’s next run tells of it and how to go on, and does not do so by itself',
  async () => {
    const { child, ended } = start('run', file, '--results', results);
    const told = new Promise<string>((resolve) => {
      let text = '';
      child.stderr?.on('data', (data) => {
        text += data;
        if (text.includes('--resume')) resolve(text);
      });
    });
    expect(await told).toContain(
      `An earlier run of this experiment was interrupted with 1 of 3 cells measured; to go on with that one: miglab run --resume ${run()}`,
    );
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(cells()).toEqual([first, `${second}.partial`]);
  },
  minutes,
);

test(
  'an experiment that was changed does not mix with what was measured: refused, with what differs',
  async () => {
    writeFileSync(file, three.replace('seed: 1', 'seed: 2').replace('rate_mb_s: 1', 'rate_mb_s: 6'));
    const { code, stderr } = await miglab('run', '--resume', run(), '--results', results);
    writeFileSync(file, three);
    expect(code).toBe(64);
    expect(stderr).toContain('experiment: seed: 1, now 2');
    expect(stderr).toContain('experiment: cells.0.rate_mb_s.0: 1, now 6');
    expect(stderr).not.toContain('plans otherwise');
    expect(fingerprint()).toEqual(before);
  },
  minutes,
);

test(
  'QEMU, image or module that are not those of the run are refused',
  async () => {
    const plan = join(run(), 'plan.json');
    const kept = readFileSync(plan, 'utf8');
    const other = JSON.parse(kept);
    other.ground.module.sha256 = '0'.repeat(64);
    other.ground.qemu.version = '1:0.9';
    other.ground.image.recipe = 'another';
    writeFileSync(plan, JSON.stringify(other));
    const { code, stderr } = await miglab('run', '--resume', run(), '--results', results);
    writeFileSync(plan, kept);
    expect(code).toBe(64);
    expect(stderr).toContain('module.sha256: 000000000000');
    expect(stderr).toContain('qemu.version: 1:0.9, now ');
    expect(stderr).toContain('image.recipe: another, now trixie');
  },
  minutes,
);

let resumed: Outcome;

test(
  '--resume measures what is missing and nothing twice; a second one at the same time is refused',
  async () => {
    const { child, ended } = start('run', '--resume', run(), '--results', results);
    const machines = await machinesOf(second);
    const other = await miglab('run', '--resume', run(), '--results', results);
    expect(other.code).toBe(64);
    expect(other.stderr).toContain(`process ${child.pid} is carrying out the run`);
    expect(machines.every((machine) => isAlive(machine.process))).toBe(true);
    resumed = await ended;
    expect(resumed.stderr).toContain(
      'Resumed: 1 of 3 cells are measured. To go: 2 cells, 2 boots, 2 migrations',
    );
    expect(resumed.stdout).toContain('Resumed: 1 cell measured before, 2 cells now.');
  },
  6 * minutes,
);

test('the run is then as one that was never interrupted', () => {
  expect(record().state).toBe('complete');
  expect(record().sessions).toHaveLength(2);
  const decisive = rows().filter(
    ({ cell, attempt }) =>
      !rows().some((other) => other.cell === cell && Number(other.attempt) > Number(attempt)),
  );
  expect(decisive.map(({ cell, rep }) => [cell, rep])).toEqual(ids.map((id) => [id, '1']));
  expect(cells()).toEqual(ids);
  expect(record().cells.map(({ id }: { id: string }) => id)).toEqual(ids);
  expect(decisive.map(({ status }) => status).every((status) => status === 'valid')).toBe(resumed.code === 0);
  expect(readdirSync(run()).filter((name) => name.startsWith('owner.'))).toEqual([]);
});

test('the cell that was measured before is as it was, to the bit and the second', () => {
  expect(fingerprint()).toEqual(before);
});

test(
  'a run that lacks nothing is not booted again',
  async () => {
    const { code, stdout } = await miglab('run', '--resume', run(), '--results', results);
    expect(code).toBe(resumed.code);
    expect(stdout).toContain('Resumed: 3 cells measured before, 0 cells now.');
    expect(fingerprint()).toEqual(before);
  },
  minutes,
);
