// SPDX-License-Identifier: GPL-2.0-only
import { capitalised, count } from '../format.ts';
import { METRICS } from '../metrics.ts';
import { wrap } from '../terminal.ts';
import { MARKS } from '../wording.ts';
import type { Agreement, Assessment, System } from './assessment.ts';

const mark = ({ verdict }: Assessment) => MARKS[verdict === 'not measured' ? 'not yet' : verdict];

/** Every claim of every system, for a terminal: expected, measured, stated, and what came of it. Pure. */
export function renderEvaluation(
  systems: readonly System[],
  assessments: readonly Assessment[],
  width = 100,
): string {
  return systems
    .flatMap(({ name, claims: { paper } }) => [
      `${paper.title}${paper.year ? ` (${paper.year})` : ''}: experiments/${name}/claims.yml`,
      '',
      ...assessments.filter(({ system }) => system === name).flatMap((each) => claimLines(each, width)),
    ])
    .concat(tally(assessments))
    .join('\n');
}

function claimLines(assessment: Assessment, width: number): string[] {
  const { claim, verdict, agreement } = assessment;
  const told = agreement === 'not measured' ? '' : `, ${agreement}`;
  const informational = claim.status === 'checked' && claim.informational ? ' (informational)' : '';
  const body = verdict === 'not measured' ? [`because   ${assessment.because}`] : numbers(assessment);
  return [
    `${mark(assessment)} ${verdict}${told}${informational}  ${claim.id}`,
    ...wrap(`${claim.text} [${claim.source}]`, width - 2).map((line) => `  ${line}`),
    ...body.flatMap((line) =>
      wrap(line, width - 4).map((part, i) => (i === 0 ? '  ' : '            ') + part),
    ),
    '',
  ];
}

const numbers = (each: Assessment): string[] => [
  `expected  ${each.expected} (${each.bounds})`,
  `measured  ${each.measured}${statistic(each)}`,
  `stated    ${each.stated ?? 'nothing'}`,
  ...(each.verdict === 'reproduced' ? [] : [`because   ${each.because}`]),
];

function statistic({ claim, result }: Assessment): string {
  if (claim.status !== 'checked' || !result) return '';
  const { label } = METRICS[claim.metric];
  return `, ${label.toLowerCase()}, ${claim.statistic.replaceAll('-', ' ')}, ${count(result.rows, 'row')}`;
}

/** How many claims agree, differ, or were not measured, in one line. Pure. */
export function tally(assessments: readonly Assessment[]): string {
  const of = (wanted: Agreement) => assessments.filter(({ agreement }) => agreement === wanted).length;
  const parts = (['as stated', 'differs', 'not stated', 'not measured'] as const)
    .map((agreement): [string, number] => [agreement, of(agreement)])
    .filter(([, amount]) => amount > 0)
    .map(([agreement, amount]) => `${amount} ${agreement}`);
  return capitalised(`${count(assessments.length, 'claim')}: ${parts.join(', ')}`);
}
