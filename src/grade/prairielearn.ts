// SPDX-License-Identifier: GPL-2.0-only
import type { SubmissionMark } from './mark.ts';

/**
 * results.json as PrairieLearn's external grader reads it (its documentation, "External grading"): `score` is a share of
 * one, and a submission with which nothing could be done is not gradable, so that it costs no attempt. Pure.
 */
export const prairielearn = (mark: SubmissionMark) => ({
  gradable: mark.status !== 'refused',
  score: mark.max > 0 ? mark.points / mark.max : 0,
  message: mark.notes.join('\n'),
  output: mark.build,
  format_errors: mark.status === 'refused' ? mark.notes : [],
  tests: mark.checks.flatMap((check) =>
    check.assertions.map((each) => ({
      name: `${check.title}: ${each.what}`,
      description: each.hint ?? '',
      points: each.points,
      max_points: each.max,
      message: each.found,
      output: check.problem,
    })),
  ),
});
