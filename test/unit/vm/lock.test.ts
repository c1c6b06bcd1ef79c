// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { self, toToken } from '../../../src/vm/identity.ts';
import { acquire, isStale } from '../../../src/vm/lock.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'miglab-lock-'));
  file = join(folder, 'it.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

const never = () => expect.fail('it waited');

test('it names its owner from the first moment, and is gone afterwards', async () => {
  {
    using held = await acquire(file, never);
    expect(readlinkSync(held.file)).toBe(toToken(self()));
    expect(isStale(file)).toBe(false);
  }
  expect(existsSync(folder) && readdirSync(folder)).toEqual([]);
});

test.each([
  ['a process that had our number before us', () => toToken({ ...self(), started: '1' })],
  ['our number before a restart', () => toToken({ ...self(), boot: '00000000-0000-0000-0000-000000000000' })],
  ['nobody', () => 'nonsense'],
])('the lock of %s is taken over', async (_, owner) => {
  symlinkSync(owner(), file);
  expect(isStale(file)).toBe(true);
  using _held = await acquire(file, never);
  expect(readdirSync(folder)).toEqual(['it.lock']);
  expect(readlinkSync(file)).toBe(toToken(self()));
});

test('a process that is killed with it does not keep others out', async () => {
  const code = `import { acquire } from './src/vm/lock.ts';
    await acquire(process.argv[1], () => {});
    process.stdout.write('has it');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code, file]);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const waits: number[] = [];
  const taken = acquire(file, ({ pid }) => {
    waits.push(pid);
    child.kill('SIGKILL');
  });
  using _held = await taken;
  expect(waits).toEqual([child.pid]);
});

test('waiting ends with the signal', async () => {
  using _held = await acquire(file, never);
  const controller = new AbortController();
  const second = acquire(file, () => controller.abort(), controller.signal);
  await expect(second).rejects.toThrow(/abort/i);
  expect(readdirSync(folder)).toEqual(['it.lock']);
});
