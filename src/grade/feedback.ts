// SPDX-License-Identifier: GPL-2.0-only
import type { CheckMark, SubmissionMark } from './mark.ts';

/** What a student is told, as Markdown; what machines and compilers said is in it as it is, and shown as code. Pure. */
export function feedback(mark: SubmissionMark): string {
  return [
    `# ${mark.assignment}: ${mark.points} of ${mark.max} points`,
    '',
    ...(mark.status === 'graded' ? [] : [`**This submission was ${mark.status}.**`, '']),
    ...mark.notes.map((note) => `- ${note}`),
    ...(mark.notes.length > 0 ? [''] : []),
    ...(mark.build ? ['It was not built:', '', block(mark.build), ''] : []),
    ...mark.checks.flatMap(checkLines),
  ].join('\n');
}

const checkLines = ({ title, points, max, problem, assertions }: CheckMark): string[] => [
  `## ${title}: ${points} of ${max}`,
  '',
  ...assertions.flatMap((each) => [
    `- ${each.points > 0 ? 'yes' : 'NO'} (${each.points} of ${each.max}): ${each.what}. ${each.found}.`,
    ...(each.hint ? [`  Hint: ${each.hint}`] : []),
  ]),
  '',
  ...(problem ? ['What the machines said:', '', block(problem), ''] : []),
];

/** Indented, so that nothing in it can end the block. */
const block = (text: string): string =>
  text
    .trim()
    .slice(0, 4000)
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');

/** The same for a terminal. Pure. */
export function told(mark: SubmissionMark): string {
  const lines = mark.checks.flatMap(({ title, points, max, problem, assertions }) => [
    `${title}: ${points} of ${max}`,
    ...assertions.flatMap((each) => [
      `  ${each.points > 0 ? 'yes' : 'NO '} ${each.points} of ${each.max}  ${each.what}`,
      ...(each.points > 0 ? [] : [`      ${each.found}`]),
      ...(each.hint ? [`      ${each.hint}`] : []),
    ]),
    ...(problem ? [`  ${problem.trim().split('\n').slice(0, 12).join('\n  ')}`] : []),
  ]);
  return [
    ...mark.notes,
    ...(mark.build ? [mark.build.trim()] : []),
    ...lines,
    `${mark.submission}: ${mark.points} of ${mark.max} points`,
  ].join('\n');
}
