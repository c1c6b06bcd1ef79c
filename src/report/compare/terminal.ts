// SPDX-License-Identifier: GPL-2.0-only
import { groupBy } from '../grouping.ts';
import type { Answer } from './answer.ts';
import type { Comparison } from './comparison.ts';
import { conditionKey, conditionTitle } from './condition.ts';
import { COLUMNS, cellsOf, conclusion, notesOf } from './wording.ts';

/** The comparison as plain text: a table for each condition, what is to know beside it, and what it comes to. */
export function renderComparison(comparison: Comparison): string {
  const { base, head, answers } = comparison;
  const rows = answers.map(cellsOf);
  const widths = COLUMNS.map((name, column) =>
    Math.max(name.length, ...rows.map((cells) => (cells[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join('  ')}`.trimEnd();
  const groups = groupBy(answers, ({ condition }) => conditionKey(condition));
  return [
    `BASE ${told(base)}`,
    `HEAD ${told(head)}`,
    '',
    ...[...groups.values()].flatMap((group) => [
      title(group),
      line(COLUMNS),
      ...group.map((answer) => line(cellsOf(answer))),
      '',
    ]),
    ...notesOf(comparison),
    conclusion(comparison),
  ].join('\n');
}

/** Numbers to the right, names and verdicts to the left. */
const pad = (cell: string, width: number, column: number): string =>
  column === 0 || column === COLUMNS.length - 1 ? cell.padEnd(width) : cell.padStart(width);

function title(group: readonly Answer[]): string {
  const [{ condition, base, head }] = group as [Answer];
  const seeds = base.seeds === head.seeds ? `${base.seeds}` : `${base.seeds} and ${head.seeds}`;
  return `${conditionTitle(condition)}; ${seeds} ${seeds === '1' ? 'seed' : 'seeds'}`;
}

const told = ({ id, module, commit, kernel }: Comparison['base']): string =>
  [
    id,
    `module ${module?.slice(0, 12) ?? 'not recorded'}`,
    ...(commit ? [`commit ${commit.slice(0, 12)}`] : []),
    ...(kernel ? [kernel] : []),
  ].join(', ');
