// SPDX-License-Identifier: GPL-2.0-only
import type { CheckMark, SubmissionMark } from './mark.ts';

/**
 * results.json as Gradescope's autograder reads it (its documentation, "Autograder Specifications"): a test for each
 * assertion; tests of checks that are not public are shown once marks are published. Pure.
 */
export const gradescope = (mark: SubmissionMark) => ({
  score: mark.points,
  output: [...mark.notes, mark.build].filter(Boolean).join('\n'),
  output_format: 'text',
  visibility: 'visible',
  stdout_visibility: 'hidden',
  tests: mark.checks.flatMap((check, index) => testsOf(check, index + 1)),
  extra_data: { assignment: mark.assignment, status: mark.status },
});

const testsOf = (check: CheckMark, number: number) =>
  check.assertions.map((each, index) => ({
    score: each.points,
    max_score: each.max,
    status: each.points > 0 ? 'passed' : 'failed',
    name: `${check.title}: ${each.what}`,
    number: `${number}.${index + 1}`,
    output: [each.found, each.hint, index === 0 ? check.problem : ''].filter(Boolean).join('\n'),
    output_format: 'text',
    visibility: check.public ? 'visible' : 'after_published',
  }));
