// SPDX-License-Identifier: GPL-2.0-only
import { count, number, percent } from '../format.ts';
import { heading, isShare, type Metric } from '../metrics.ts';
import { type Answer, probability, type Verdict } from './answer.ts';
import type { Alone, Comparison } from './comparison.ts';
import { conditionTitle } from './condition.ts';
import type { Soundness } from './validity.ts';

const MARKS: Record<Verdict, string> = {
  regression: '✗',
  improvement: '+',
  'no change': '=',
  identical: '≡',
  'too few values': '?',
};

/** Headings of a table of answers under one condition, and its lines: the same on the terminal and in Markdown. */
export const COLUMNS = ['Metric', 'BASE', 'HEAD', 'Change', '95% interval', 'p', 'Noise', 'Verdict'] as const;

export const cellsOf = (answer: Answer): string[] => [
  heading(answer.metric),
  told(answer.metric, answer.base.median),
  told(answer.metric, answer.head.median),
  percent(answer.ratio.value - 1),
  `${percent(answer.ratio.low - 1)} to ${percent(answer.ratio.high - 1)}`,
  answer.verdict === 'identical' ? '–' : probability(answer.corrected),
  answer.noise === null ? '–' : percent(answer.noise),
  `${MARKS[answer.verdict]} ${answer.verdict}`,
];

const told = (metric: Metric, value: number): string =>
  isShare(metric) ? `${number(value * 100)}%` : number(value);

/** What the whole comparison says, in one sentence. */
export function conclusion({ outcome, answers, soundness, alpha, tests }: Comparison): string {
  const regressions = answers.filter(({ verdict }) => verdict === 'regression').length;
  const unsound = soundness.filter(({ verdict }) => verdict === 'more invalid').length;
  if (outcome === 'regression')
    return `Regression: ${[
      ...(regressions > 0 ? [`${count(regressions, 'question')} of ${answers.length}`] : []),
      ...(unsound > 0 ? [`more invalid migrations under ${count(unsound, 'condition')}`] : []),
    ].join(', ')}.`;
  if (outcome === 'good') return `No regression in ${count(answers.length, 'question')}.`;
  if (answers.length === 0) return 'Nothing to compare: the runs have no condition and metric in common.';
  if (soundness.some(({ verdict }) => verdict === 'nothing measured'))
    return 'Nothing can be said: HEAD measured nothing where BASE did.';
  return `Nothing can be said: too few values for p below ${alpha}, with ${count(tests, 'test')}.`;
}

/** What a reader has to know beside the table, a line each. */
export function notesOf(comparison: Comparison): string[] {
  const { answers, soundness, alone, differs, noise, base, head } = comparison;
  const counts = new Map<Verdict, number>();
  for (const { verdict } of answers) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [
    ...(answers.length > 0 ? [[...counts].map(([verdict, n]) => `${n} ${verdict}`).join(', ')] : []),
    ...(counts.has('too few values') ? [need(comparison)] : []),
    ...(noise === 'halves of BASE' && answers.some((each) => each.noise === null)
      ? [
          'Noise is not known where BASE has fewer than 6 seeds: name further runs of the same code (--noise).',
        ]
      : []),
    ...soundness.filter(({ verdict }) => verdict !== 'sound').map(soundnessLine),
    ...alone.map(aloneLine),
    ...differs.map((line) => `Not the same: ${line}`),
    ...[base, head].flatMap(({ id, state }) => (state === 'complete' ? [] : [`${id} did not finish.`])),
  ];
}

function need({ answers, tests, seedsNeeded, alpha }: Comparison): string {
  const worst = answers
    .filter(({ verdict }) => verdict === 'too few values')
    .reduce((least, each) => (each.leastP > least.leastP ? each : least));
  return (
    `Too few values: ${worst.because}. A change by itself can come out below ${alpha} in ${count(tests, 'test')} ` +
    `with ${seedsNeeded} seeds for each condition in both runs (--seeds ${seedsNeeded}), or with fewer metrics (--metric).`
  );
}

const SOUNDNESS: Record<Soundness['verdict'], string> = {
  sound: 'as sound in HEAD as in BASE',
  'more invalid': 'more migrations are invalid in HEAD',
  'nothing measured': 'nothing was measured in HEAD',
};

export function soundnessLine({ condition, base, head, verdict }: Soundness): string {
  const told = (side: typeof base) =>
    `${side.valid} valid, ${side.invalid} invalid, ${side.inconclusive} inconclusive`;
  return `${conditionTitle(condition)}: ${SOUNDNESS[verdict]} (BASE ${told(base)}; HEAD ${told(head)})`;
}

const aloneLine = ({ side, condition, metrics }: Alone): string =>
  `No counterpart, in ${side.toUpperCase()} alone: ${conditionTitle(condition)}: ${metrics.join(', ')}`;
