// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { claimsSchema, readClaims } from '../../../src/report/claims.ts';
import { parseText } from '../../../src/spec/document.ts';

const root = new URL('../../../experiments/', import.meta.url).pathname;
const HEAD = 'version: 1\npaper: { title: T, authors: [A], venue: V }\nclaims:\n';

describe('claims.yml of every paper', () => {
  test.each(['tcpmig', 'tcpcp', 'laadan', 'xtreemos-ds', 'migratory-tcp'])(
    '%s is well formed',
    async (paper) => {
      const { claims } = await readClaims(`${root}${paper}/claims.yml`);
      expect(claims.length).toBeGreaterThan(1);
      const status = { tcpmig: 'checked', tcpcp: 'elsewhere' }[paper] ?? 'not yet';
      expect(new Set(claims.map((c) => c.status))).toEqual(new Set([status]));
    },
  );
});

test.each([
  [
    'an unknown metric',
    '  - { id: c, text: t, source: s, metric: speed, statistic: median, expected: { at_most: 1 }, bounds_from: paper }',
    /4:42: claims\.0\.metric/,
  ],
  [
    'no bound',
    '  - { id: c, text: t, source: s, metric: rst, statistic: median, expected: {}, bounds_from: paper }',
    /at_least, at_most or both/,
  ],
  [
    'bounds the wrong way round',
    '  - { id: c, text: t, source: s, metric: rst, statistic: median, expected: { at_least: 2, at_most: 1 }, bounds_from: paper }',
    /at_least not above at_most/,
  ],
  [
    'a misspelt status',
    '  - { id: c, text: t, source: s, status: later }',
    /4:\d+: claims\.0\.status: expected status "not yet"/,
  ],
  [
    'an experiment that is not named',
    '  - { id: c, text: t, source: s, status: elsewhere }',
    /4:\d+: claims\.0\.experiment/,
  ],
  [
    'an id used twice',
    '  - { id: c, text: t, source: s, status: not yet }\n  - { id: c, text: u, source: s, status: not yet }',
    /5:11: claims\.1\.id: .*"c" again/,
  ],
  [
    'invalid rows in a median',
    '  - { id: c, text: t, source: s, metric: rst, statistic: median, expected: { at_most: 0 }, bounds_from: paper, where: { statuses: [invalid] } }',
    /valid rows only/,
  ],
])('%s is refused with its place', (_, claim, message) => {
  expect(() => parseText('claims.yml', `${HEAD}${claim}\n`, claimsSchema)).toThrow(message);
});
