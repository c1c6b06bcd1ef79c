// SPDX-License-Identifier: GPL-2.0-only
import type { CheckMark, SubmissionMark } from './mark.ts';

/**
 * A runner's result as GitHub Classroom's autograding reporter reads it (github.com/classroom-resources,
 * autograding-grading-reporter), which takes it in base64 from the environment. Pure.
 */
export const classroom = (mark: SubmissionMark) => ({
  version: 1,
  status: mark.points >= mark.max ? 'pass' : 'fail',
  max_score: mark.max,
  tests: mark.checks.flatMap((check) => check.assertions.map((each) => testOf(check, each))),
});

const testOf = (check: CheckMark, { what, points, max, found }: CheckMark['assertions'][number]) => ({
  ...{ name: `${check.title}: ${what}`, status: points > 0 ? 'pass' : 'fail', score: points, max_score: max },
  ...{ message: points > 0 ? null : found, test_code: check.id, filename: '', line_no: 0, execution_time: 0 },
});
