// SPDX-License-Identifier: GPL-2.0-only
// A student's way through an assignment, of the lab's own or of the course's: start, check, pack, and the mark.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { miglab } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'miglab-student-'));
const mine = join(folder, 'mine');
const minutes = 60_000;

test(
  'start gives handout and skeleton, once; the skeleton has its points to win',
  async () => {
    const started = await miglab('assignment', 'start', 'window-curve', mine);
    expect(started).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`miglab assignment check ${mine}\n`),
    });
    expect(readdirSync(mine).sort()).toEqual(['.miglab.json', 'curve.py', 'handout.md']);
    const again = await miglab('assignment', 'start', 'window-curve', mine);
    expect(again).toMatchObject({ code: 64, stderr: expect.stringContaining(`there is a ${mine} already`) });
    const checked = await miglab('assignment', 'check', mine, '--json');
    expect(checked.code, checked.stderr).toBe(1);
    expect(JSON.parse(checked.stdout)).toMatchObject({ status: 'graded', max: 5, notes: [] });
    expect(JSON.parse(checked.stdout).points).toBeLessThan(5);
  },
  5 * minutes,
);

test(
  'what is right gets all public points, is packed, and its evidence is believed by the grader without a boot',
  async () => {
    cpSync('test/assignments/window-curve/reference/curve.py', join(mine, 'curve.py'));
    const archive = join(folder, 'mine.tar.gz');
    const packed = await miglab('assignment', 'pack', mine, '-o', archive);
    expect(packed.code, packed.stderr).toBe(0);
    expect(packed.stdout).toContain(`${archive} is what you hand in.`);
    const out = join(folder, 'marks');
    const graded = await miglab('grade', archive, '--evidence', '--no-rerun', '--json', '--out', out);
    expect(graded.code, graded.stderr).toBe(0);
    expect(JSON.parse(graded.stdout).marks).toMatchObject([{ submission: 'mine', points: 5, max: 5 }]);
  },
  5 * minutes,
);

test(
  'an assignment of the course’s own is named by its folder, and by nothing that a submission says',
  async () => {
    const own = join(folder, 'own');
    cpSync('assignments/window-curve', own, { recursive: true });
    const file = join(own, 'assignment.yml');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('points: 2', 'points: 20'));
    const theirs = join(folder, 'theirs');
    const started = await miglab('assignment', 'start', own, theirs);
    expect(started.stdout).toContain(`miglab assignment check ${theirs} --assignment ${own}`);
    cpSync(join(mine, 'curve.py'), join(theirs, 'curve.py'));
    const unsaid = await miglab('assignment', 'check', theirs);
    expect(unsaid).toMatchObject({ code: 64, stderr: expect.stringContaining('--assignment DIR') });
    const checked = await miglab('assignment', 'check', theirs, '--assignment', own, '--json');
    expect(checked.code, checked.stderr).toBe(0);
    const { points, max } = JSON.parse(checked.stdout);
    expect(points).toBe(max);
    expect(max).toBeGreaterThan(20);
    expect(existsSync(join(theirs, 'evidence'))).toBe(false);
  },
  5 * minutes,
);
