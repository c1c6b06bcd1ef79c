// SPDX-License-Identifier: GPL-2.0-only
// Submissions of every sort get the marks that they are due, and nothing but their marks comes of them.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, test } from 'vitest';
import { readBundle, writeBundle } from '../../src/grade/bundle.ts';
import type { SubmissionMark } from '../../src/grade/mark.ts';
import { sourceHash } from '../../src/image/source.ts';
import { miglab } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'miglab-grade-'));
const seed = 'a seed of the tests';
const handedIn = (assignment: string, name: string) => join('test/assignments', assignment, name);
const traces = [join(homedir(), 'miglab-was-attacked'), '/tmp/miglab-was-attacked'];

/** Marks by submission. */
async function grade(assignment: string, paths: readonly string[], ...more: string[]) {
  const out = join(folder, `marks-${assignment}`);
  // One lab at a time: on a host that is busy two would take longer than one after the other.
  const options = ['--assignment', assignment, '--seed', seed, '--out', out, '--json', '--jobs', '1'];
  const { code, stdout, stderr } = await miglab('grade', ...paths, ...options, ...more);
  expect(code, stderr).toBe(0);
  const { marks } = JSON.parse(stdout) as { marks: SubmissionMark[] };
  return { out, marks: new Map(marks.map((mark) => [mark.submission, mark])) };
}

const pointsOf = (mark: SubmissionMark | undefined) =>
  Object.fromEntries((mark?.checks ?? []).map(({ id, points }) => [id, points]));

describe('timestamps', () => {
  let timestamps: Awaited<ReturnType<typeof grade>>;
  let before: string;
  const csv = join(folder, 'marks.csv');
  const systems = ['gradescope', 'prairielearn', 'classroom'];

  beforeAll(async () => {
    before = await sourceHash(['lab', 'assignments', 'test/assignments']);
    const linking = join(folder, 'linking');
    mkdirSync(linking);
    symlinkSync('/etc/passwd', join(linking, 'timestamps.c'));
    const oversized = join(folder, 'oversized');
    mkdirSync(oversized);
    writeFileSync(join(oversized, 'timestamps.c'), Buffer.alloc(1 << 20, '\n'));
    const skeleton = join(folder, 'skeleton');
    cpSync('assignments/timestamps/skeleton', skeleton, { recursive: true });
    const names = ['reference', 'half', 'hanging', 'panicking', 'attacking', 'spying', 'bomb'];
    const paths = [...names.map((name) => handedIn('timestamps', name)), skeleton, linking, oversized];
    const formats = systems.flatMap((each) => [`--${each}`, join(folder, each)]);
    timestamps = await grade('timestamps', paths, '--csv', csv, ...formats);
  }, 1_500_000);

  test.each([
    ['reference', { there: 5, 'and-back': 5 }],
    ['half', { there: 3, 'and-back': 3 }],
    ['skeleton', { there: 0, 'and-back': 0 }],
    // The second check never ends, or ends in a panic: the first one's points stay.
    ['hanging', { there: 5, 'and-back': 0 }],
    ['panicking', { there: 5, 'and-back': 0 }],
    // Its Makefile was not looked at, and the file that counts is right.
    ['attacking', { there: 5, 'and-back': 5 }],
    ['spying', { there: 0, 'and-back': 0 }],
    ['bomb', { there: 0, 'and-back': 0 }],
    ['linking', { there: 0, 'and-back': 0 }],
    ['oversized', { there: 0, 'and-back': 0 }],
  ])('%s', (name, points) => {
    const mark = timestamps.marks.get(name);
    expect(pointsOf(mark), JSON.stringify(mark, undefined, 1)).toEqual(points);
  });

  test('what cannot be marked says why, and the host’s files are not in it', () => {
    const of = (name: string) => timestamps.marks.get(name) as SubmissionMark;
    expect(of('attacking').notes).toEqual(['not looked at: Kbuild, Makefile']);
    expect(of('reference').notes.join()).toMatch(/is the lab's own/);
    expect(of('spying').build).toMatch(/No such file or directory/);
    expect(of('linking')).toMatchObject({ status: 'refused', notes: ['timestamps.c: is no regular file'] });
    expect(of('oversized')).toMatchObject({ status: 'refused' });
    expect(of('panicking').checks[1]?.problem).toMatch(/kernel BUG|panic/i);
    const all =
      JSON.stringify([...timestamps.marks.values()]) +
      readFileSync(join(timestamps.out, 'spying/feedback.md'));
    expect(all).not.toMatch(/root:[x*!$]/);
  });

  test('nothing on the host was touched', async () => {
    expect(traces.filter((path) => existsSync(path))).toEqual([]);
    expect(await sourceHash(['lab', 'assignments', 'test/assignments'])).toBe(before);
  });

  test('the table and what other systems read have the same marks', () => {
    const rows = parse(readFileSync(csv), { columns: true }) as Record<string, string>[];
    expect(rows.find(({ submission }) => submission === 'half')).toMatchObject({
      points: '6',
      max: '10',
      there: '3',
    });
    const read = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), 'utf8'));
    expect(read('gradescope', 'half', 'results.json').score).toBe(6);
    expect(read('prairielearn', 'half', 'results.json').score).toBeCloseTo(0.6);
    const { tests } = read('classroom', 'half.json') as { tests: { score: number }[] };
    expect(tests.reduce((sum, { score }) => sum + score, 0)).toBe(6);
  });

  test('packed evidence gives the same mark without a machine, and stands when a check is booted again', async () => {
    const evidence = join(timestamps.out, 'reference', 'evidence.tar.gz');
    const believed = await miglab(
      'grade',
      evidence,
      '--evidence',
      '--no-rerun',
      '--json',
      '--out',
      join(folder, 'believed'),
    );
    expect(believed.code, believed.stderr).toBe(0);
    expect(JSON.parse(believed.stdout).marks[0]).toMatchObject({ status: 'graded', points: 10, max: 10 });
    const again = await miglab('grade', evidence, '--evidence', '--json', '--out', join(folder, 'again'));
    expect(again.code, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout).marks[0]).toMatchObject({ status: 'graded', points: 10 });
  }, 400_000);

  test("another's evidence with one's own files is refuted", async () => {
    const files = new Map(await readBundle(join(timestamps.out, 'reference', 'evidence.tar.gz')));
    files.set('files/timestamps.c', readFileSync(join(handedIn('timestamps', 'half'), 'timestamps.c')));
    const forged = join(folder, 'forged.tar.gz');
    await writeBundle(forged, files);
    const { code, stdout } = await miglab(
      'grade',
      forged,
      '--evidence',
      '--json',
      '--out',
      join(folder, 'forged'),
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout).marks[0]).toMatchObject({ status: 'refuted', points: 0 });
  }, 400_000);
});

test.each([
  ['capture-hook', { keep: 4, order: 3, once: 3 }, { keep: 4, order: 2, once: 1 }],
  ['zero-window', { pause: 5, session: 5 }, { pause: 4, session: 4 }],
])(
  '%s: right, and half of it',
  async (assignment, right, half) => {
    const paths = ['reference', 'half'].map((name) => handedIn(assignment, name));
    const { marks } = await grade(assignment, paths);
    expect({ reference: pointsOf(marks.get('reference')), half: pointsOf(marks.get('half')) }).toEqual({
      reference: right,
      half,
    });
  },
  600_000,
);

test('window-curve: right, not scaled, hard-coded, and endless', async () => {
  const names = ['reference', 'half', 'hard-coded', 'endless'];
  const { marks } = await grade(
    'window-curve',
    names.map((name) => handedIn('window-curve', name)),
  );
  expect(Object.fromEntries([...marks].map(([name, mark]) => [name, pointsOf(mark)]))).toEqual({
    reference: { known: 5, another: 5 },
    half: { known: 2, another: 2 },
    'hard-coded': { known: 0.5, another: 0.5 },
    endless: { known: 0, another: 0 },
  });
}, 600_000);
