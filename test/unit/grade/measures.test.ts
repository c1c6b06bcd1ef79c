// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { compareCurves, parseRows } from '../../../src/grade/curve.ts';
import { judgeWindow } from '../../../src/grade/window.ts';

const ms = 1e6;
const row = (tMs: number, windowBytes: number) => ({ tMs, windowBytes });

test('rows of a program: numbers, and nothing else', () => {
  const lines = ['t_ms,window_bytes', '-1.5,100', ' 2 , 200.0 ', '3', '4,5,6', '1e3,1', '5,-1'];
  expect(parseRows(lines)).toEqual([row(-1.5, 100), row(2, 200)]);
});

test('a curve is found by time and window, and rows that are none are counted', () => {
  const all = [row(0, 1), row(0.5, 3), row(1, 2), row(10, 4)];
  const curve = [row(0, 1), row(0.5, 3), row(10, 4)];
  const compare = (rows: ReturnType<typeof row>[]) => compareCurves(rows, curve, all, 0.002);
  expect(compare(all)).toEqual({ times_found: 1, points_found: 1, foreign_rows: 0 });
  expect(compare(all.map(({ tMs, windowBytes }) => row(tMs + 0.001, windowBytes)))).toMatchObject({
    points_found: 1,
  });
  expect(compare(all.map(({ tMs, windowBytes }) => row(tMs + 0.003, windowBytes)))).toMatchObject({
    points_found: 0,
    foreign_rows: 1,
  });
  expect(compare(all.map(({ tMs }) => row(tMs, 9)))).toEqual({
    times_found: 1,
    points_found: 0,
    foreign_rows: 1,
  });
  expect(compare([...all, row(5, 5)])).toMatchObject({ points_found: 1, foreign_rows: 0.2 });
  expect(compare([])).toEqual({ times_found: 0, points_found: 0, foreign_rows: null });
});

const sent = (...points: [number, number][]) => points.map(([at, window]) => ({ timeNs: at * ms, window }));
const plan = { rateMbS: 1, settleS: 0.5 };
const judge = (node: [number, number][], peer: [number, number][] = []) =>
  judgeWindow(
    {
      node: sent(...node),
      peer: peer.map(([at, bytes]) => ({ timeNs: at * ms, bytes })),
      scale: 7,
      clocks: new Map(),
    },
    plan,
    1000 * ms,
    1500 * ms,
  );

test('a window that is closed at once, stays so, and is what it was', () => {
  expect(
    judge(
      [
        [900, 500],
        [950, 500],
        [1001, 0],
        [1200, 0],
        [1502, 400],
      ],
      [
        [1003, 1448],
        [1600, 450_000],
      ],
    ),
  ).toEqual({
    ...{ zero_after_ms: 1, opened_early: 0, bytes_while_closed: 0, open_after_ms: 2 },
    ...{ window_share: 0.8, resumed_share: 0.9 },
  });
});

test('one that opens by itself, and a peer that goes on', () => {
  expect(
    judge(
      [
        [900, 500],
        [1100, 0],
        [1200, 10],
      ],
      [[1150, 1000]],
    ),
  ).toMatchObject({
    ...{
      zero_after_ms: 100,
      opened_early: 1,
      bytes_while_closed: 1000,
      open_after_ms: null,
      window_share: 0,
    },
  });
});

test('where none was announced nothing of it is measured', () => {
  expect(
    judge(
      [
        [900, 500],
        [1200, 500],
        [1502, 500],
      ],
      [[1600, 450_000]],
    ),
  ).toMatchObject({
    ...{ zero_after_ms: null, window_share: null, resumed_share: null },
  });
});
