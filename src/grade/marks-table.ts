// SPDX-License-Identifier: GPL-2.0-only
import { stringify } from 'csv-stringify/sync';
import type { SubmissionMark } from './mark.ts';

/** A row for each submission, with a column for each check's points. Pure. */
export function marksTable(marks: readonly SubmissionMark[]): string {
  const checks = [...new Set(marks.flatMap((mark) => mark.checks.map(({ id }) => id)))];
  const columns = ['submission', 'assignment', 'status', 'points', 'max', ...checks, 'notes'];
  const rows = marks.map(({ submission, assignment, status, points, max, notes, checks: own }) => ({
    ...Object.fromEntries(own.map((each) => [each.id, each.points])),
    ...{ submission: asText(submission), assignment, status, points, max, notes: asText(notes.join('; ')) },
  }));
  return stringify(rows, { header: true, columns });
}

/** A spreadsheet takes what begins so for a formula, and a student chooses the name. */
const asText = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
