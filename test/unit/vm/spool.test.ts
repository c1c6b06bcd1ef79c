// SPDX-License-Identifier: GPL-2.0-only
import { appendFileSync, existsSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Spool } from '../../../src/vm/spool.ts';

const folder = mkdtempSync(join(tmpdir(), 'miglab-spool-'));

test('what comes is read once, with the time at which the last of it was written', async () => {
  const path = join(folder, 'grows');
  writeFileSync(path, 'one');
  await using spool = await Spool.open(folder, 'grows');
  expect(await spool.read()).toEqual({ bytes: Buffer.from('one'), changedUs: statSync(path).mtimeMs * 1000 });
  expect(await spool.read()).toBeUndefined();
  appendFileSync(path, 'two');
  expect((await spool.read())?.bytes.toString()).toBe('two');
});

test('a part of what is there has no time', async () => {
  writeFileSync(join(folder, 'long'), Buffer.alloc(3 << 20));
  await using spool = await Spool.open(folder, 'long');
  expect((await spool.read())?.changedUs).toBeUndefined();
});

test('what was read is given back to the disk while the file grows, and the file goes at the end', async () => {
  const path = join(folder, 'large');
  writeFileSync(path, '');
  const spool = await Spool.open(folder, 'large');
  const megabyte = Buffer.alloc(1 << 20, 7);
  let read = 0;
  for (let count = 0; count < 150; count++) {
    appendFileSync(path, megabyte);
    const chunk = await spool.read();
    expect(chunk?.bytes.equals(megabyte)).toBe(true);
    read += chunk?.bytes.length ?? 0;
  }
  expect(read).toBe(150 << 20);
  expect(statSync(path).blocks * 512).toBeLessThan(70 << 20);
  await spool[Symbol.asyncDispose]();
  expect(existsSync(path)).toBe(false);
});
