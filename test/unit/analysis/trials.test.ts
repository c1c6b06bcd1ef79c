// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { trialsOf } from '../../../src/analysis/trials.ts';

// As a guest's serial port gave them.
const good =
  '{"event":"trial","machine":"node-a","case":"syn-sent","family":"ipv4","direction":"a-b","status":"ok","reason":"","segments":11,"compared":false,"ms":79.7}';
const bad =
  '{"event":"trial","machine":"node-a","case":"syn-sent","family":"ipv6","direction":"a-b","status":"failed","reason":"a RST of b","segments":2,"compared":false,"ms":61.4}';
const end = (trials: number, failed: number) =>
  `{"event":"end","machine":"node-a","trials":${trials},"failed":${failed}}`;
const lines = (...all: string[]) => `${all.join('\n')}\n`;

test('trials are read from among other events, and the program’s own count agrees', () => {
  const other = '{"event":"module","machine":"node-a","counters":"frozen 2"}';
  const { trials, problem } = trialsOf(lines(good, other, bad, end(2, 1)));
  expect(problem).toBe('');
  expect(trials.map(({ family, status, reason }) => [family, status, reason])).toEqual([
    ['ipv4', 'ok', ''],
    ['ipv6', 'failed', 'a RST of b'],
  ]);
});

test('what a machine that was lost told is kept, and is not the whole', () => {
  const { trials, problem } = trialsOf(`${lines(good)}${bad.slice(0, 60)}`);
  expect(trials).toHaveLength(1);
  expect(problem).toBe('ended after 1 trials');
});

test('trials that got lost on the way are missed', () => {
  expect(trialsOf(lines(good, end(2, 1))).problem).toBe(
    '1 trials arrived, 0 of them failed; carried out were 2, of which 1 failed',
  );
});
