// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { holm } from '../../../../src/report/compare/holm.ts';

test('each p is multiplied by the number of those not below it, and none overtakes a smaller one', () => {
  const corrected = holm([0.01, 0.04, 0.03, 0.005]);
  // In order .005 ×4, .01 ×3, .03 ×2, .04 ×1; the last may not be below the one before.
  for (const [index, p] of [0.03, 0.06, 0.06, 0.02].entries()) expect(corrected[index]).toBeCloseTo(p, 12);
});

test('never above 1; none of none', () => {
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});
