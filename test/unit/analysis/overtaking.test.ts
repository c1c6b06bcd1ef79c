// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { wasOvertaken } from '../../../src/analysis/overtaking.ts';

const origin = 1;
const at = { any: 0, payload: undefined, ack: undefined };
const run = (mac: number, first: number, last: number) => ({
  mac,
  first: at,
  last: at,
  stamps: { first, last },
});

test('one change of machines is no overtaking', () => {
  expect(wasOvertaken([run(origin, 10, 20), run(2, 30, 90)], origin)).toBe(false);
});

test('late segments stamped before the destination went on were overtaken', () => {
  expect(
    wasOvertaken([run(origin, 10, 20), run(2, 30, 31), run(origin, 21, 30), run(2, 32, 90)], origin),
  ).toBe(true);
});

test('an origin whose clock counts on is a second owner', () => {
  expect(
    wasOvertaken([run(origin, 10, 20), run(2, 30, 31), run(origin, 21, 31), run(2, 32, 90)], origin),
  ).toBe(false);
});

test('without timestamps nothing can be said', () => {
  expect(wasOvertaken([run(origin, -1, -1), run(2, -1, -1), run(origin, -1, -1)], origin)).toBe(false);
});

test('timestamps wrap', () => {
  const end = 2 ** 32;
  expect(wasOvertaken([run(origin, 0, 0), run(2, 3, 9), run(origin, end - 5, end - 1)], origin)).toBe(true);
});
