// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { miglab } from '../../lab/program.ts';

test('a console of some megabytes arrives whole, whoever reads it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'miglab-logs-'));
  const text = Array.from(
    { length: 60_000 },
    (_, line) => `line ${line} of a kernel that says everything\n`,
  ).join('');
  writeFileSync(join(folder, 'cell.json'), '{}');
  writeFileSync(join(folder, 'node-a.console.log'), text);
  const { code, stdout } = await miglab('logs', '--cell', folder, 'node-a');
  expect(code).toBe(0);
  expect(stdout.length).toBe(text.length);
  expect(stdout === text).toBe(true);
});
