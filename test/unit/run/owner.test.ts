// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { claimRun, isOwned } from '../../../src/run/owner.ts';
import { bootId, identify } from '../../../src/vm/identity.ts';

const runFolder = () => mkdtempSync(join(tmpdir(), 'miglab-owner-'));
const owners = (dir: string) => readdirSync(dir).filter((name) => name.startsWith('owner.'));

/** A process that claims the run and lives until it is ended. */
async function otherOwner(dir: string) {
  const script = `import('${process.cwd()}/src/run/owner.ts').then(({ claimRun }) => { claimRun('${dir}'); console.log('claimed'); setInterval(() => {}, 1000); })`;
  const child = spawn('node', ['--import', 'tsx', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const end = () =>
    new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  return { pid: child.pid ?? 0, end };
}

test('a run has one owner at a time, and is free again when that gives it up', () => {
  const dir = runFolder();
  {
    using _ = claimRun(dir);
    expect(isOwned(dir)).toBe(true);
    expect(() => claimRun(dir)).toThrow(/process \d+ is carrying out the run/);
  }
  expect(isOwned(dir)).toBe(false);
  expect(owners(dir)).toEqual([]);
  claimRun(dir)[Symbol.dispose]();
});

test('a living process of another runner is respected, and one that was killed is not', async () => {
  const dir = runFolder();
  const other = await otherOwner(dir);
  expect(() => claimRun(dir)).toThrow(
    expect.objectContaining({ exitCode: 64, message: expect.stringContaining(`process ${other.pid} is`) }),
  );
  await other.end();
  expect(isOwned(dir)).toBe(false);
  using _ = claimRun(dir);
  expect(owners(dir)).toEqual(['owner.2']);
});

test('the number of a dead process that another one got since keeps nobody out', () => {
  const dir = runFolder();
  const process_ = { ...identify(process.pid), started: '1' };
  writeFileSync(join(dir, 'owner.1'), JSON.stringify({ process: process_, host: hostname() }));
  claimRun(dir)[Symbol.dispose]();
});

test('after a restart of the host the owner is dead; one of another host is not known to be', () => {
  const dir = runFolder();
  const before = { ...identify(process.pid), boot: bootId().replace(/^./, (c) => (c === '0' ? '1' : '0')) };
  writeFileSync(join(dir, 'owner.7'), JSON.stringify({ process: before, host: 'elsewhere' }));
  expect(() => claimRun(dir)).toThrow(
    expect.objectContaining({ exitCode: 64, remedy: expect.stringContaining(`rm ${join(dir, 'owner.7')}`) }),
  );
  writeFileSync(join(dir, 'owner.7'), JSON.stringify({ process: before, host: hostname() }));
  using _ = claimRun(dir);
  expect(JSON.parse(readFileSync(join(dir, 'owner.8'), 'utf8')).process.pid).toBe(process.pid);
});

/** Claims one folder after another, each at an instant that another process aims at too. Prints the folders it got. */
const race = (start: number) => `
import('${process.cwd()}/src/run/owner.ts').then(({ claimRun }) => {
  const won = [];
  const dirs = process.argv.slice(1);
  dirs.forEach((dir, index) => {
    while (Date.now() < ${start} + index * 4);
    try { claimRun(dir); won.push(dir); } catch (error) { if (error.exitCode !== 64) throw error; }
  });
  console.log(JSON.stringify(won));
  process.stdin.on('end', () => process.exit()).resume();
});`;

test('of two that take a dead run over at the same instant, one succeeds', async () => {
  const dead = { process: { ...identify(process.pid), started: '1' }, host: hostname() };
  const dirs = Array.from({ length: 60 }, runFolder);
  for (const dir of dirs) writeFileSync(join(dir, 'owner.1'), JSON.stringify(dead));
  const script = race(Date.now() + 3000);
  const racers = [1, 2].map(() =>
    spawn('node', ['--import', 'tsx', '-e', script, ...dirs], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const won = await Promise.all(
    racers.map(
      (child) =>
        new Promise<string[]>((resolve) => child.stdout.once('data', (data) => resolve(JSON.parse(data)))),
    ),
  );
  for (const child of racers) child.stdin.end();
  expect(won.flat().sort()).toEqual(dirs.toSorted());
});
