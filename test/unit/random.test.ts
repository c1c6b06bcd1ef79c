// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { randomNumbers, shuffled } from '../../src/random.ts';

test('the numbers of a seed stay what they are: plans and intervals of older runs were made with them', () => {
  const next = randomNumbers(1);
  const words = [next(), next(), next()].map((value) => value * 2 ** 32);
  expect(words).toEqual([2693262067, 11749833, 2265367787]);
});

test('a seed gives one order, of the same items; another seed another; what is given stays as it was', () => {
  const items = Object.freeze(Array.from({ length: 20 }, (_, index) => index));
  expect(shuffled(items, 5)).toEqual(shuffled(items, 5));
  expect(shuffled(items, 5)).not.toEqual(shuffled(items, 6));
  expect(shuffled(items, 5)).not.toEqual(items);
  expect(shuffled(items, 5).toSorted((a, b) => a - b)).toEqual(items);
  expect(shuffled([1, 2, 3, 4, 5], 1)).toEqual([5, 3, 2, 1, 4]);
});

test('every order of three comes about as often', () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 6000; seed++) {
    const order = shuffled(['a', 'b', 'c'], seed).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
