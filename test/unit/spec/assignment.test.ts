// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assignmentNames, pointsOf, readAssignment } from '../../../src/spec/assignment.ts';

test('there are four, each with a handout, a skeleton, and public points', async () => {
  expect(assignmentNames()).toEqual(['capture-hook', 'timestamps', 'window-curve', 'zero-window']);
  for (const name of assignmentNames()) {
    const { folder, files, checks } = await readAssignment(name);
    expect(existsSync(join(folder, 'handout.md'))).toBe(true);
    for (const file of files)
      expect(readFileSync(join(folder, 'skeleton', file.name), 'utf8')).toContain('TODO');
    expect(pointsOf(checks)).toBe(10);
    const known = pointsOf(checks.filter((check) => check.public));
    expect(known).toBeGreaterThan(0);
    expect(known).toBeLessThan(10);
  }
});

const text = readFileSync('assignments/timestamps/assignment.yml', 'utf8');
async function read(changed: string) {
  const folder = mkdtempSync(join(tmpdir(), 'miglab-assignment-'));
  writeFileSync(join(folder, 'assignment.yml'), changed);
  return readAssignment(folder);
}

test('a course’s own assignment is read from its folder', async () => {
  expect((await read(text)).checks).toHaveLength(2);
});

test.each([
  [
    'a path for a file',
    ['name: timestamps.c', 'name: ../timestamps.c'],
    /files\.0\.name: expected the name of a C/,
  ],
  ['a Makefile', ['name: timestamps.c', 'name: Makefile'], /expected the name of a C or Python file/],
  ['a program in a module', ['name: timestamps.c', 'name: curve.py'], /a module is made of \.c files/],
  ['a move for a program', ['kind: module', 'kind: program'], /a program is not checked by a migration/],
  ['a check twice', ['id: and-back', 'id: there'], /there is a check "there" already/],
  ['an assertion of nothing', ['        equals: valid\n', ''], /expected equals, at_least or at_most/],
  ['an unknown key', ['public: true', 'publik: true'], /unknown key/],
])('%s is refused with its place', async (_, [from = '', to = ''], why) => {
  await expect(read(text.replace(from, to))).rejects.toThrow(why);
  await expect(read(text.replace(from, to))).rejects.toThrow(/assignment\.yml:\d+:\d+: /);
});

test('an unknown name says which there are', async () => {
  await expect(readAssignment('nothing')).rejects.toThrow('no assignment "nothing"');
});
