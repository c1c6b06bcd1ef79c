// SPDX-License-Identifier: GPL-2.0-only
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureBuildRoot, runInRoot } from '../../src/image/buildroot.ts';
import { readLock } from '../../src/image/lock.ts';

test('impairments decide as asked: over 100,000 frames, by seed, at each receiver alike', async () => {
  const work = mkdtempSync(join(tmpdir(), 'miglab-lockstep-'));
  cpSync('lab/lockstep', join(work, 'lockstep'), { recursive: true });
  const root = await ensureBuildRoot('trixie', await readLock('trixie'), () => undefined);
  const { stdout, stderr } = await runInRoot(root, work, 'mkdir out; make -s -C lockstep O=/build/out check');
  expect(stderr).toBe('');
  expect(stdout.split('\n').filter((line) => line.startsWith('not ok'))).toEqual([]);
  expect(stdout).toMatch(/\nok \d+ - .*\n1\.\.\d\d\n$/);
}, 60_000);
