// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { type Measures, markCheck } from '../../../src/grade/mark.ts';
import type { Assertion, Check } from '../../../src/spec/assignment.ts';

const check = (...assertions: Assertion[]): Check => ({
  ...{ id: 'one', title: 'One', public: true, assertions },
  run: { kind: 'window', rate_mb_s: 1, rcvbuf: 0, closed_s: 1, ends: 'opened', deadline_s: 10 },
});
const status: Assertion = { what: 'valid', points: 2, measure: 'status', equals: 'valid' };
const few: Assertion = { what: 'few', points: 0.1, measure: 'retransmits', at_most: 3, hint: 'Fewer.' };
const some: Assertion = { what: 'some', points: 0.2, measure: 'captured', at_least: 1 };
const points = (rows: Measures[]) =>
  markCheck(check(status, few, some), { rows, problem: '' }).assertions.map((each) => each.points);

test('each assertion gives its own points', () => {
  expect(points([{ status: 'valid', retransmits: 3, captured: 1 }])).toEqual([2, 0.1, 0.2]);
  expect(points([{ status: 'invalid', retransmits: 4, captured: 1 }])).toEqual([0, 0, 0.2]);
});

test('it holds of every row', () => {
  const good = { status: 'valid', retransmits: 0, captured: 9 };
  expect(points([good, good])).toEqual([2, 0.1, 0.2]);
  expect(points([good, { ...good, captured: 0 }])).toEqual([2, 0.1, 0]);
});

test('what was not measured holds of nothing, and no row is no proof', () => {
  expect(points([])).toEqual([0, 0, 0]);
  expect(points([{ status: null, retransmits: null, captured: null }])).toEqual([0, 0, 0]);
  expect(points([{}])).toEqual([0, 0, 0]);
  expect(points([{ status: 'valid', retransmits: 'NaN', captured: 'many' }])).toEqual([2, 0, 0]);
});

test('points add up as people add, and what failed has its hint', () => {
  const mark = markCheck(check(status, few, some), {
    rows: [{ status: 'valid', retransmits: 5, captured: 1 }],
    problem: '',
  });
  expect(mark).toMatchObject({ points: 2.2, max: 2.3 });
  expect(mark.assertions[1]).toMatchObject({ found: 'retransmits: 5; expected at most 3', hint: 'Fewer.' });
  expect(mark.assertions[0]).not.toHaveProperty('hint');
});

test('where something that is required does not hold, the rest gives nothing, and says why', () => {
  const required: Assertion = { ...few, required: true };
  const of = (retransmits: number) =>
    markCheck(check(status, required, some), {
      rows: [{ status: 'valid', retransmits, captured: 0 }],
      problem: '',
    }).assertions;
  expect(of(3).map(({ points }) => points)).toEqual([2, 0.1, 0]);
  const [valid, lacking, none] = of(4);
  expect(valid).toMatchObject({
    points: 0,
    found: 'status: valid; expected valid, but it counts only where this holds: few',
  });
  expect(lacking).toMatchObject({ points: 0, found: 'retransmits: 4; expected at most 3', hint: 'Fewer.' });
  expect(none).toMatchObject({ points: 0, found: 'captured: 0; expected at least 1' });
});
