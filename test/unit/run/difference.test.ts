// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { differences } from '../../../src/run/difference.ts';

test('equal values differ nowhere, whatever the order of their keys', () => {
  expect(differences({ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 })).toEqual([]);
});

test('each difference is named by its path, with both values', () => {
  const before = { seed: 1, cells: [{ role: ['source'] }, { role: ['sink'] }], gone: 'x' };
  const now = { seed: 2, cells: [{ role: ['source', 'duplex'] }], more: true };
  expect(differences(before, now)).toEqual([
    'seed: 1, now 2',
    'cells.0.role.1: none, now duplex',
    'cells.1: {"role":["sink"]}, now none',
    'gone: x, now none',
    'more: none, now true',
  ]);
});

test('a key that is missing and one that is undefined are the same, null is not a value either', () => {
  expect(differences({ a: undefined }, {})).toEqual([]);
  expect(differences({ broken: null }, { broken: 'rst' })).toEqual(['broken: none, now rst']);
});
