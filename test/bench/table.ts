// SPDX-License-Identifier: GPL-2.0-only
import type { Goal } from './bench.ts';
import type { BenchResult, ComparisonResult, QuantityResult, Summary } from './statistics.ts';

/** Three digits that count: 0.934, 12.3, 3,120,000. */
export function format(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return rounded >= 1000 ? rounded.toLocaleString('en') : String(rounded);
}

/** A bench as lines of text: quantities with unit, median and spread, then ratios with their goals. */
export function table({ name, about, quantities, comparisons }: BenchResult): string {
  const rows = [
    ['', 'unit', 'median', 'spread', 'goal'],
    ...quantities.map(quantityRow),
    ...comparisons.map((each) => comparisonRow(each, quantities)),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => align(cell, column, widths)).join('  '));
  return [`${name}: ${about}`, ...lines.map((line) => `  ${line.trimEnd()}`)].join('\n');
}

const align = (cell: string, column: number, widths: readonly number[]) =>
  column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);

const quantityRow = ({ title, unit, summary }: QuantityResult): string[] => [
  title,
  unit,
  ...figures(summary),
  '',
];

function comparisonRow(comparison: ComparisonResult, quantities: readonly QuantityResult[]): string[] {
  const { of, to, summary, goals, met } = comparison;
  const titleOf = (name: string) => quantities.find((each) => each.name === name)?.title ?? name;
  const verdicts = goals.map((goal, index) => `${bound(goal)}: ${verdict(met[index])}`);
  return [`${titleOf(of)} / ${titleOf(to)}`, 'ratio', ...figures(summary), verdicts.join(', ')];
}

const figures = (summary: Summary | undefined): string[] =>
  summary
    ? [format(summary.median), `${format(summary.least)} to ${format(summary.most)} (${summary.rounds})`]
    : ['-', 'not measured'];

const bound = (goal: Goal) => ('least' in goal ? `at least ${goal.least}` : `at most ${goal.most}`);

const verdict = (met: boolean | undefined) => (met === undefined ? 'not measured' : met ? 'met' : 'missed');
