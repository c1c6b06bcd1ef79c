// SPDX-License-Identifier: GPL-2.0-only
import { groupBy } from '../grouping.ts';
import type { Comparison } from './comparison.ts';
import { conditionKey, conditionTitle } from './condition.ts';
import { COLUMNS, cellsOf, conclusion, notesOf } from './wording.ts';

/** The comparison for a comment or a job's summary: what it comes to first; what did not change is folded away. */
export function markdownOf(comparison: Comparison): string {
  const { base, head, answers } = comparison;
  const changed = answers.filter(({ verdict }) => verdict === 'regression' || verdict === 'improvement');
  return [
    `## ${conclusion(comparison)}`,
    '',
    `BASE \`${base.id}\` (module \`${base.module?.slice(0, 12) ?? '–'}\`), HEAD \`${head.id}\` (module \`${head.module?.slice(0, 12) ?? '–'}\`).`,
    '',
    ...notesOf(comparison).map((line) => `- ${escaped(line)}`),
    '',
    ...(changed.length > 0 ? ['### What changed', '', ...tables(changed)] : []),
    ...(answers.length > 0
      ? ['<details><summary>Every question</summary>', '', ...tables(answers), '</details>', '']
      : []),
  ].join('\n');
}

const tables = (answers: Comparison['answers']): string[] =>
  [...groupBy(answers, ({ condition }) => conditionKey(condition)).values()].flatMap((group) => [
    `**${escaped(group[0] ? conditionTitle(group[0].condition) : '')}**`,
    '',
    row(COLUMNS),
    row(COLUMNS.map((_, column) => (column === 0 || column === COLUMNS.length - 1 ? '---' : '---:'))),
    ...group.map((answer) => row(cellsOf(answer).map(escaped))),
    '',
  ]);

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Signs that would end a cell, or begin markup. */
const escaped = (text: string): string =>
  text
    .replace(/[\\`*_|[\]#]/g, '\\$&')
    .replaceAll('<', '&lt;')
    .replaceAll('\n', ' ');
