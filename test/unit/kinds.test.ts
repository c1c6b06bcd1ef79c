// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kindOf, steady } from '../kinds.ts';

test('what runs beside is there by that name', () => {
  const files = readdirSync('test/lab');
  expect(steady.filter((name) => !files.includes(name))).toEqual([]);
});

test('a test file needs machines on the clock of the host, on their own, or none', () => {
  expect(kindOf('/some/test/lab/cluster.test.ts')).toBe('real');
  expect(kindOf('/some/test/lab/soak.test.ts')).toBe('steady');
  expect(kindOf('/some/test/unit/soak.test.ts')).toBe('unit');
});
