// SPDX-License-Identifier: GPL-2.0-only

import type { Answer } from './answer.ts';
import type { Comparison } from './comparison.ts';
import { conditionTitle } from './condition.ts';
import type { Soundness } from './validity.ts';
import { COLUMNS, cellsOf, conclusion, soundnessLine } from './wording.ts';

interface Case {
  readonly classname: string;
  readonly name: string;
  readonly state: 'passed' | 'failure' | 'skipped';
  readonly message: string;
  readonly text: string;
}

/**
 * JUnit's XML, as services for continuous integration read it: a test case for each question, and one for each condition
 * that says whether its migrations were sound. A regression is a failure; what could not be answered is skipped.
 */
export function junitOf(comparison: Comparison): string {
  const cases = [
    ...comparison.soundness.map(soundnessCase),
    ...comparison.answers.map(answerCase),
    ...comparison.alone.map(({ side, condition, metrics }): Case => {
      const message = `in ${side.toUpperCase()} alone: ${metrics.join(', ')}`;
      return {
        classname: conditionTitle(condition),
        name: 'counterpart',
        state: 'skipped',
        message,
        text: '',
      };
    }),
  ];
  const counted = (state: Case['state']) => cases.filter((each) => each.state === state).length;
  const counts = `tests="${cases.length}" failures="${counted('failure')}" errors="0" skipped="${counted('skipped')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="miglab compare" ${counts}>`,
    `<testsuite name="${xml(`${comparison.base.id} against ${comparison.head.id}`)}" ${counts} timestamp="${xml(comparison.head.started)}">`,
    ...cases.map(element),
    `<system-out>${xml(conclusion(comparison))}</system-out>`,
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function answerCase(answer: Answer): Case {
  const { condition, metric, verdict, because } = answer;
  const states = { regression: 'failure', 'too few values': 'skipped' } as const;
  return {
    ...{ classname: conditionTitle(condition), name: metric, message: `${verdict}: ${because}` },
    state: states[verdict as keyof typeof states] ?? 'passed',
    text: cellsOf(answer)
      .map((cell, column) => `${COLUMNS[column]}: ${cell}`)
      .join('\n'),
  };
}

function soundnessCase(soundness: Soundness): Case {
  const { condition, verdict } = soundness;
  const states = { sound: 'passed', 'more invalid': 'failure', 'nothing measured': 'skipped' } as const;
  const text = soundnessLine(soundness);
  return {
    classname: conditionTitle(condition),
    name: 'validity',
    state: states[verdict],
    message: verdict,
    text,
  };
}

function element({ classname, name, state, message, text }: Case): string {
  const open = `<testcase classname="${xml(classname)}" name="${xml(name)}"`;
  if (state === 'failure')
    return `${open}><failure message="${xml(message)}">${xml(text)}</failure></testcase>`;
  if (state === 'skipped') return `${open}><skipped message="${xml(message)}"/></testcase>`;
  return `${open}/>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' },
  // An attribute's line breaks would be read as spaces.
  ...{ '\n': '&#10;', '\r': '&#13;', '\t': '&#9;' },
};

/** Text for an element or an attribute. What XML 1.0 cannot say at all (its section 2.2) becomes U+FFFD. */
export const xml = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"'\n\r\t]/g, (sign) => ENTITIES[sign] ?? sign);
