// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { WindowCurve, WindowMedian, WindowMetric } from '../../../src/analysis/window.ts';

const MS = 1e6;

test.each([
  [[], undefined],
  [[7], 7],
  [[65535, 0], 32767.5],
  [[5, 1, 9], 5],
  [[1, 1, 2, 4], 1.5],
])('median of %j', (values, expected) => {
  const median = new WindowMedian();
  for (const value of values) median.add(value);
  expect(median.value()).toBe(expected);
});

function curveOf(points: [number, number][]): [number, number][] {
  const curve = new WindowCurve(0, 1000 * MS);
  for (const [ms, window] of points) curve.observe(ms * MS, window, 1);
  return curve.end().map(({ timeNs, window }) => [timeNs / MS, window]);
}

test('a curve keeps the extremes of each millisecond in their order', () => {
  expect(
    curveOf([
      [0.1, 50],
      [0.2, 10],
      [0.3, 90],
      [0.4, 60],
      [1.5, 80],
      [1.6, 20],
    ]),
  ).toEqual([
    [0.2, 10],
    [0.3, 90],
    [1.5, 80],
    [1.6, 20],
  ]);
});

test('a value that stays comes every 10 ms', () => {
  const times = Array.from({ length: 100 }, (_, index): [number, number] => [index * 0.5, 7]);
  expect(curveOf(times)).toEqual([0, 10, 20, 30, 40].map((ms) => [ms, 7]));
});

test('nothing outside its time', () => {
  const curve = new WindowCurve(10, 20);
  for (const time of [9, 21]) curve.observe(time, 1, 1);
  expect(curve.end()).toEqual([]);
});

test('before, lowest and after: the seconds and machines that the format names', () => {
  const metric = new WindowMetric(2000 * MS, 2100 * MS, 1, 1000 * MS);
  const seen: [number, number, number][] = [
    [999, 1, 1], // too early
    [1000, 500, 1],
    [1999, 700, 1],
    [2000, 300, 1],
    [2100, 200, 2],
    [3099, 900, 2], // still the first second
    [3100, 400, 2],
    [4100, 600, 2],
    [4101, 1, 2], // too late
  ];
  for (const [ms, window, mac] of seen) metric.observe(ms * MS, window, mac);
  expect(metric.summary()).toEqual({ before: 600, min: 200, after: 500 });
});
