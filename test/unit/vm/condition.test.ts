// SPDX-License-Identifier: GPL-2.0-only
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { viewLab } from '../../../src/vm/condition.ts';
import { identify, isAlive, self, toToken } from '../../../src/vm/identity.ts';
import { findOrphans, removeOrphans } from '../../../src/vm/prune.ts';
import {
  type LabState,
  labFolder,
  labNames,
  makeLabFolder,
  releaseLab,
  saveLab,
} from '../../../src/vm/state.ts';
import { tag } from '../../../src/vm/tag.ts';
import { claimLab, stopLab, takeDown } from '../../../src/vm/teardown.ts';

let folder = '';
const children: ChildProcess[] = [];

/** Processes of others that have lost their runner are none of the test's. */
const orphans = () =>
  findOrphans().filter(
    (each) => each.kind !== 'process' || children.some(({ pid }) => pid === each.process.pid),
  );

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'miglab-state-'));
  vi.stubEnv('XDG_STATE_HOME', folder);
  vi.stubEnv('XDG_CACHE_HOME', folder);
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Our number with another start time: a process that had it before us. */
const dead = () => ({ ...self(), started: '1' });
const beforeRestart = () => ({ ...self(), boot: '00000000-0000-0000-0000-000000000000' });

function lab(name: string, machines: Record<string, ReturnType<typeof self>>): LabState {
  const state: LabState = {
    ...{ schema: 2, name, purpose: 'interactive', topology: 't', image: 'i', accelerator: 'tcg' },
    machines: Object.entries(machines).map(([each, process]) => ({ name: each, process })),
  };
  makeLabFolder(name, 'interactive');
  saveLab(state);
  return state;
}

function killOwner(name: string): void {
  const file = join(labFolder(name), 'owner.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), process: dead() }));
}

/** A process with a lab's tag, like a machine that was started just before its `up` was killed. */
async function taggedProcess(of?: string, runner = dead()) {
  const tags = { ...tag(of && labFolder(of)), MIGLAB_RUNNER: toToken(runner) };
  const child = spawn('sleep', ['1000'], { env: { ...process.env, ...tags } });
  children.push(child);
  await new Promise((resolve) => child.once('spawn', resolve));
  return identify(child.pid ?? 0) ?? expect.fail('it has ended');
}

test('a lab is starting while its maker lives, and stands by itself afterwards', () => {
  lab('x', { peer: self() });
  expect(viewLab('x')).toMatchObject({ condition: 'starting', why: `process ${process.pid} starts it` });
  releaseLab('x');
  expect(viewLab('x').condition).toBe('up');
});

test('a machine that is gone makes it damaged; with none left it is dead', () => {
  lab('x', { peer: self(), 'node-a': dead() });
  releaseLab('x');
  expect(viewLab('x')).toMatchObject({ condition: 'damaged', why: 'node-a gone' });
  lab('y', { peer: dead() });
  releaseLab('y');
  expect(viewLab('y')).toMatchObject({ condition: 'dead', why: 'its machines are gone' });
});

test('after a restart of the host no process is taken for a machine, though number and start time fit', async () => {
  lab('x', { peer: beforeRestart() });
  releaseLab('x');
  expect(viewLab('x')).toMatchObject({ condition: 'dead', why: 'the host was restarted since' });
  expect(orphans()).toEqual([{ kind: 'lab', name: 'x', why: 'the host was restarted since' }]);
  await removeOrphans(orphans());
  expect(labNames()).toEqual([]);
});

test('prune takes a lab whose maker was killed, with a machine that no state lists yet', async () => {
  lab('x', {});
  killOwner('x');
  const machine = await taggedProcess('x');
  expect(orphans()).toEqual([{ kind: 'lab', name: 'x', why: expect.stringContaining('was killed') }]);
  await removeOrphans(orphans());
  expect([isAlive(machine), existsSync(labFolder('x'))]).toEqual([false, false]);
});

test('prune takes a process whose lab is gone, and one that belonged to none, but none of a living runner', async () => {
  const lost = await taggedProcess('gone');
  const tool = await taggedProcess();
  const others = [await taggedProcess('gone', self()), await taggedProcess(undefined, self())];
  const found = orphans().flatMap((each) => (each.kind === 'process' ? [each.process.pid] : []));
  expect(found.sort()).toEqual([lost.pid, tool.pid].sort());
  await removeOrphans(orphans());
  expect([lost, tool, ...others].map(isAlive)).toEqual([false, false, true, true]);
});

test('prune leaves the machines of another XDG_STATE_HOME alone', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'miglab-elsewhere-'));
  vi.stubEnv('XDG_STATE_HOME', elsewhere);
  await taggedProcess('theirs');
  vi.stubEnv('XDG_STATE_HOME', folder);
  expect(orphans()).toEqual([]);
  rmSync(elsewhere, { recursive: true });
});

test('prune removes folders that were being made or removed when their process was killed', async () => {
  lab('x', { peer: self() });
  for (const what of ['new', 'gone'])
    for (const owner of [dead(), self()])
      writeFileSync(join(folder, 'miglab/labs', `.${what}-${toToken(owner)}-a`), '');
  await removeOrphans(orphans());
  const left = readdirSync(join(folder, 'miglab/labs')).filter((name) => name.startsWith('.'));
  expect(left).toEqual(['gone', 'new'].map((what) => `.${what}-${toToken(self())}-a`));
});

test('a lab.json that cannot be read is kept as long as a machine of it lives, and down ends that', async () => {
  lab('x', {});
  releaseLab('x');
  const machine = await taggedProcess('x');
  writeFileSync(join(labFolder('x'), 'lab.json'), '{');
  expect(viewLab('x')).toMatchObject({ condition: 'unreadable', why: expect.stringContaining('damaged') });
  expect(orphans()).toEqual([]);
  expect(await takeDown('x')).toEqual({ ended: [`process ${machine.pid}`] });
  expect([isAlive(machine), labNames()]).toEqual([false, []]);
});

test('an abandoned lab makes room for one of its name; any other does not', async () => {
  lab('x', {});
  await expect(claimLab('x', 'interactive')).rejects.toMatchObject({
    exitCode: 64,
    message: `there is a lab "x" already: process ${process.pid} starts it`,
  });
  killOwner('x');
  const machine = await taggedProcess('x');
  await claimLab('x', 'run');
  expect(isAlive(machine)).toBe(false);
  expect(viewLab('x').condition).toBe('running');
});

test('a lab in use is not taken down under its maker', async () => {
  lab('x', {});
  await expect(takeDown('x')).rejects.toMatchObject({
    exitCode: 64,
    remedy: expect.stringContaining(`kill ${process.pid}`),
  });
  expect(labNames()).toEqual(['x']);
  await stopLab('x');
  await expect(takeDown('x')).rejects.toMatchObject({ exitCode: 64, message: 'there is no lab "x"' });
});
