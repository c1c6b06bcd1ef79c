// SPDX-License-Identifier: GPL-2.0-only
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { classroom } from '../../../src/grade/classroom.ts';
import { feedback, told } from '../../../src/grade/feedback.ts';
import { gradescope } from '../../../src/grade/gradescope.ts';
import type { SubmissionMark } from '../../../src/grade/mark.ts';
import { marksTable } from '../../../src/grade/marks-table.ts';
import { prairielearn } from '../../../src/grade/prairielearn.ts';

const mark: SubmissionMark = {
  ...{ submission: 'one', assignment: 'timestamps', status: 'graded', points: 3, max: 4, build: '' },
  notes: ['not looked at: Makefile'],
  checks: [
    {
      ...{ id: 'there', title: 'There', public: true, points: 3, max: 3, problem: '' },
      assertions: [{ what: 'right', points: 3, max: 3, found: 'x: 1; expected 1' }],
    },
    {
      ...{
        id: 'back',
        title: 'Back',
        public: false,
        points: 0,
        max: 1,
        problem: 'node-a: Kernel panic\n</pre># owned',
      },
      assertions: [{ what: 'also', points: 0, max: 1, found: 'x: not measured; expected 1', hint: 'Look.' }],
    },
  ],
};
const refused: SubmissionMark = {
  ...mark,
  submission: '=1+1',
  status: 'refused',
  points: 0,
  checks: [],
  notes: ['a link'],
};

test('Gradescope: a test an assertion, hidden ones after marks are published', () => {
  const { score, tests, visibility } = gradescope(mark);
  expect({ score, visibility }).toEqual({ score: 3, visibility: 'visible' });
  expect(
    tests.map((each) => [each.number, each.score, each.max_score, each.status, each.visibility]),
  ).toEqual([
    ['1.1', 3, 3, 'passed', 'visible'],
    ['2.1', 0, 1, 'failed', 'after_published'],
  ]);
});

test('PrairieLearn: a share of one; what was refused costs no attempt', () => {
  expect(prairielearn(mark)).toMatchObject({
    gradable: true,
    score: 0.75,
    tests: [{ points: 3, max_points: 3 }, { points: 0 }],
  });
  expect(prairielearn(refused)).toMatchObject({ gradable: false, score: 0, format_errors: ['a link'] });
});

test('GitHub Classroom: what its tests add up to', () => {
  const { version, status, max_score, tests } = classroom(mark);
  expect({ version, status, max_score }).toEqual({ version: 1, status: 'fail', max_score: 4 });
  expect(tests.map(({ status, score }) => [status, score])).toEqual([
    ['pass', 3],
    ['fail', 0],
  ]);
});

test('the table has a column for each check, and no formula of a student', () => {
  const rows = parse(marksTable([mark, refused]), { columns: true }) as Record<string, string>[];
  expect(rows[0]).toMatchObject({ submission: 'one', points: '3', max: '4', there: '3', back: '0' });
  expect(rows[1]).toMatchObject({ submission: "'=1+1", status: 'refused', there: '' });
});

test('feedback shows what machines said as code, whatever it is', () => {
  const text = feedback(mark);
  expect(text).toContain('# timestamps: 3 of 4 points');
  expect(text).toContain('    </pre># owned');
  expect(text).toContain('Hint: Look.');
  expect(told(mark)).toMatch(/one: 3 of 4 points$/);
});
