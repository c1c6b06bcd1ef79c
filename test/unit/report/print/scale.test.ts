// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { Axis } from '../../../../src/report/drawing.ts';
import { niceTicks, scaleOf } from '../../../../src/report/print/scale.ts';

const axis = (given: Partial<Axis>): Axis => ({ title: { text: '' }, range: [0, 1], ...given });

test('ticks are round numbers within the range, about as many as asked', () => {
  expect(niceTicks(0, 95, 5)).toEqual([0, 20, 40, 60, 80]);
  expect(niceTicks(-500, 3000, 7)).toEqual([-500, 0, 500, 1000, 1500, 2000, 2500, 3000]);
  expect(niceTicks(0, 0.34, 4)).toEqual([0, 0.1, 0.2, 0.3]);
});

test('labels have a minus sign, thousands set apart, and the same number of decimals', () => {
  const labels = (given: Partial<Axis>, wanted: number) =>
    scaleOf(axis(given), 0, 100, wanted).ticks.map(({ label }) => label);
  expect(labels({ range: [-1000, 2000] }, 3)).toEqual(['−1,000', '0', '1,000', '2,000']);
  expect(labels({ range: [0, 1.1] }, 2)).toEqual(['0.0', '0.5', '1.0']);
  expect(labels({ range: [0, 1.08], tickformat: ',.0%' }, 2)).toEqual(['0%', '50%', '100%']);
});

test('places lie in proportion, by the logarithm where the axis says so', () => {
  expect(scaleOf(axis({ range: [0, 10] }), 100, 0, 2).place(2.5)).toBe(75);
  expect(scaleOf(axis({ type: 'log', range: [0, 2] }), 0, 100, 2).place(10)).toBe(50);
});
