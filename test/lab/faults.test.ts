// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAlive } from '../../src/vm/lifetime.ts';
import { labFolder, labNames, loadLab } from '../../src/vm/state.ts';
import { waitFor } from '../../src/vm/wait.ts';
import { carryOut } from './boot.ts';
import { miglab, start } from './program.ts';

const oneMachine = (name: string, steps: string[]) => (machine: { name: string }) =>
  machine.name === name ? steps : ['barrier_at 1 never'];

test('a panic ends the boot at once, with the line and the last of the console, and nothing is left', async () => {
  const boot = await carryOut('panic', oneMachine('node-a', ['echo c > /proc/sysrq-trigger']));
  expect(boot.problem).toMatch(/^node-a: Kernel panic - not syncing: sysrq triggered crash/);
  expect(boot.problem).toContain('    | ');
  expect(labNames().filter((name) => name.startsWith(`test-${process.pid}`))).toEqual([]);
}, 90_000);

test('a module that cannot be loaded is named with what the kernel says', async () => {
  const steps = [
    'insmod /opt/miglab/module/tcpmig.ko nodes=many || fail "the module cannot be loaded: $(dmesg | tail -n 2)"',
  ];
  const boot = await carryOut('module', oneMachine('node-b', steps));
  expect(boot.problem).not.toBe('');
  expect(boot.events('node-b', 'scenario-end')[0]).toMatchObject({ status: 'failed' });
  expect(String(boot.events('node-b', 'scenario-end')[0]?.reason)).toMatch(/cannot be loaded: .*nodes/s);
}, 90_000);

test('a machine that is not up at the deadline ends up with the last console lines, and is taken down', async () => {
  const name = `test-deadline-${process.pid}`;
  const up = await miglab('up', '-n', name, '--boot-timeout', '0.2');
  expect(up.code).toBe(124);
  expect(up.stderr).toMatch(/(node-a|node-b|peer|machine): boot: not within/);
  expect(labNames()).not.toContain(name);
}, 90_000);

test('SIGINT in the middle of a run: exit code 130, nothing running, what was measured is kept', async () => {
  const results = mkdtempSync(join(tmpdir(), 'miglab-results-'));
  const { child, ended } = start('run', 'tcpmig/figures', '--results', results);
  const before = labNames();
  const lab = await waitFor({ what: 'a lab of the run', timeoutMs: 60_000, path: '/nonexistent' }, () => {
    const name = labNames().find((each) => !before.includes(each) && each.startsWith('figures-'));
    // Its folder is there before its state.
    if (!name || !existsSync(join(labFolder(name), 'lab.json'))) return undefined;
    const lab = loadLab(name);
    return lab.machines.length === 3 ? lab : undefined;
  });
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  expect(lab.machines.some((machine) => isAlive(machine.process))).toBe(false);
  expect(labNames()).not.toContain(lab.name);
  const [run = ''] = readdirSync(results);
  expect(JSON.parse(readFileSync(join(results, run, 'run.json'), 'utf8')).state).toBe('interrupted');
}, 120_000);

test('a faulty experiment is refused with file, line, column and what was expected', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'miglab-faulty-')), 'bad.exp.yml');
  const good = readFileSync('experiments/tcpmig/figures.exp.yml', 'utf8');
  writeFileSync(file, good.replace('repetitions: 3', 'repetitions: three'));
  const run = await miglab('run', file);
  const line = good.split('\n').findIndex((text) => text.includes('repetitions: 3')) + 1;
  expect(run.code).toBe(64);
  expect(run.stderr).toContain(`${file}:${line}:18: cells.0.repetitions: `);
  expect(run.stderr).toContain('repetitions: three');
});
