// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { thin } from '../../../src/report/thinning.ts';

const samples = Array.from({ length: 10_000 }, (_, x) => ({
  x,
  y: x === 4321 ? -5 : x === 6789 ? 99 : Math.sin(x),
}));

test('a long curve keeps its ends and extremes in a few points', () => {
  const kept = thin(samples, 100);
  expect(kept.length).toBeLessThanOrEqual(404);
  expect(kept[0]).toEqual(samples[0]);
  expect(kept.at(-1)).toEqual(samples.at(-1));
  expect(kept).toContainEqual({ x: 4321, y: -5 });
  expect(kept).toContainEqual({ x: 6789, y: 99 });
  expect(kept.map((s) => s.x)).toEqual(kept.map((s) => s.x).toSorted((a, b) => a - b));
});

test('a short one stays whole, sorted by time', () => {
  expect(
    thin([
      { x: 2, y: 1 },
      { x: 1, y: 3 },
    ]),
  ).toEqual([
    { x: 1, y: 3 },
    { x: 2, y: 1 },
  ]);
  expect(thin([])).toEqual([]);
});
