// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Fault } from '../../../src/fault.ts';
import { parseText, readDocument } from '../../../src/spec/document.ts';

const schema = z.strictObject({
  name: z.string(),
  wires: z.array(z.strictObject({ rate: z.number().positive() })),
});

function problem(text: string): Fault {
  try {
    parseText('a.yml', text, schema);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('no fault was raised');
}

test('a good document becomes typed data', () => {
  expect(parseText('a.yml', 'name: x\nwires:\n  - rate: 3\n', schema)).toEqual({
    name: 'x',
    wires: [{ rate: 3 }],
  });
});

test('a wrong value names file, line, column, path and expectation, and shows the line with a caret', () => {
  const fault = problem('name: x\nwires:\n  - rate: fast\n');
  expect(fault.exitCode).toBe(64);
  expect(fault.message).toMatch(/^a\.yml:3:11: wires\.0\.rate: .*expected number/);
  expect(fault.message).toContain(`  - rate: fast\n${' '.repeat(4 + 10)}^`);
});

test('an unknown key is shown at the key, a missing one at its parent, and all problems are listed', () => {
  const fault = problem('wires:\n  - rate: 1\n    colour: red\n');
  expect(fault.message).toContain('a.yml:3:5: wires.0.colour: unknown key');
  expect(fault.message).toMatch(/a\.yml:1:1: name: .*expected string/);
});

test('broken YAML and duplicate keys have their place', () => {
  expect(problem('name: [x\n').message).toMatch(/^a\.yml:2:1: /);
  expect(problem('name: x\nname: y\n').message).toMatch(/^a\.yml:2:1: .*unique/);
});

test('a missing file is a usage fault', async () => {
  await expect(readDocument('/nonexistent.yml', schema)).rejects.toMatchObject({ exitCode: 64 });
});
