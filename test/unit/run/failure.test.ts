// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failureOf, keepFailure } from '../../../src/run/failure.ts';
import { migratedCell, writeCell } from '../analysis/migrated-cell.ts';
import { row } from '../report/rows.ts';

const boot = { cell: 'c', attempt: 2, problem: '' };
const wrong = row({ status: 'invalid', rep: 3, reason: 'a RST', freeze_at_ms: 4000 });

test('a boot failed when a row is invalid or a machine did not carry out its scenario, not when it was inconclusive', () => {
  const inconclusive = row({ status: 'inconclusive', reason: 'rate' });
  expect(failureOf('r', 'f', boot, [row(), inconclusive])).toBeUndefined();
  expect(failureOf('r', 'f', boot, [row(), wrong])).toMatchObject({
    ...{
      cell: 'c',
      attempt: 2,
      reasons: ['migration 3, node-a to node-b: a RST'],
      replay: 'miglab replay r c',
    },
  });
  expect(failureOf('r', 'f', { ...boot, problem: 'panic' }, [row()])?.reasons).toEqual(['panic']);
});

test('the page names the slice and every file that is there', async () => {
  const folder = writeCell(await migratedCell());
  const failure = failureOf('r', folder, boot, [wrong]);
  if (!failure) return expect.unreachable();
  await keepFailure(failure, [wrong]);
  const page = readFileSync(join(folder, 'failure.md'), 'utf8');
  expect(page).toContain('- migration 3, node-a to node-b: a RST');
  expect(page).toContain(`wireshark ${join(folder, 'slice.pcap')}`);
  expect(page).toMatch(/`public\.pcap`: what a card of this wire saw[\s\S]*miglab replay r c/);
  expect(existsSync(join(folder, 'slice.pcap'))).toBe(true);
});

test('without a capture the page says so, and is there', async () => {
  const folder = writeCell(await migratedCell());
  rmSync(join(folder, 'public.pcap'));
  const failure = failureOf('r', folder, { ...boot, problem: 'panic\n    | line' }, []);
  if (!failure) return expect.unreachable();
  await keepFailure(failure, []);
  const page = readFileSync(join(folder, 'failure.md'), 'utf8');
  expect(page).toContain('- no slice of the capture: there is no capture');
  expect(page).not.toContain('public.pcap');
});
