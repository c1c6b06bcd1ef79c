// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { interleave } from '../../../src/run/interleave.ts';

test('each item for both, and who comes first changes', () => {
  const order = interleave([1, 2, 3], ['A', 'B']).map(({ item, side }) => `${side}${item}`);
  expect(order).toEqual(['A1', 'B1', 'B2', 'A2', 'A3', 'B3']);
});

test('an even drift of the host weighs on both alike', () => {
  const order = interleave(Array.from({ length: 8 }), ['A', 'B']);
  const when = (side: string) => order.reduce((sum, each, at) => sum + (each.side === side ? at : 0), 0);
  expect(when('A')).toBe(when('B'));
});
