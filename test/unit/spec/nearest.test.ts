// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { nearest } from '../../../src/spec/nearest.ts';

const known = ['title', 'timeout_s', 'rate_mb_s', 'role', 'seeds', 'seeds_full', 'sink', 'source'];

test.each([
  ['titel', 'title', 'two letters swapped'],
  ['tite', 'title', 'one left out'],
  ['rolle', 'role', 'one more'],
  ['sonk', 'sink', 'another one'],
  ['timeout', 'timeout_s', 'a unit forgotten'],
  ['rate', 'rate_mb_s', 'more of it forgotten than is right'],
  ['seeds_ful', 'seeds_full', 'the nearer of two'],
])('%s is taken for %s: %s', (word, meant) => {
  expect(nearest(word, known)).toBe(meant);
});

test.each(['clock', 'rb', '', 'ti'])('%j is near nothing', (word) => {
  expect(nearest(word, known)).toBeUndefined();
});
