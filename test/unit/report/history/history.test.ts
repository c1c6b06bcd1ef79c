// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { historyFigure, timeAxis } from '../../../../src/report/history/figure.ts';
import { flatPoints, historyOf } from '../../../../src/report/history/history.ts';
import { historyCsv } from '../../../../src/report/history/write.ts';
import { colourIn } from '../../../../src/report/palette.ts';
import { runsOverTime } from './runs-over-time.ts';

const history = historyOf(runsOverTime(), ['freeze_ms', 'window_kept']);
const figure = historyFigure(history);

test('runs stand in the order in which they began, with what they were made of', () => {
  expect(history.runs.map(({ id }) => id)).toEqual([0, 1, 2, 3].map((day) => `figures-day${day}`));
  expect(history.runs[1]).toMatchObject({
    ...{ module: '1'.repeat(64), dirty: true, kernel: '6.12', clock: 'real' },
    counts: { valid: 33, invalid: 0, inconclusive: 0 },
  });
});

test('a panel for each condition, a line for each size: two clocks and buffers never share one', () => {
  expect(figure.panels.map(({ title }) => title)).toEqual([
    'duplex, 120 MB/s out, 2 MB/s in, buffer 2 MiB, virtual clock, intervals of 0.25 s',
    'duplex, 120 MB/s out, 2 MB/s in, buffer of the kernel’s choice, real clock, intervals of 0.25 s',
  ]);
  const { data, samples } = figure.panels[0]?.drawings.freeze_ms ?? expect.fail();
  expect(samples).toBe('n = 4 runs');
  const lines = data.filter(({ mode }) => mode === 'lines+markers');
  expect(lines.map(({ name }) => name)).toEqual(['1 MB', '5 MB', '10 MB', '20 MB', '50 MB']);
  expect(lines[0]?.x).toEqual([2, 3, 4, 5].map((day) => Date.parse(`2026-01-0${day}T03:04:05Z`)));
  const [, , before = 0, after = 0] = lines[4]?.y ?? [];
  expect(after / before).toBeGreaterThan(1.4);
  for (const { line } of lines) expect(colourIn('dark', line?.color ?? expect.fail())).toMatch(/^#/);
});

test('an interval is a stroke at its median’s time, from its low to its high end', () => {
  const { data } = figure.panels[0]?.drawings.freeze_ms ?? expect.fail();
  const strokes = data.filter(({ mode, name }) => mode === 'lines' && name === '20 MB');
  const line = data.find(({ mode, name }) => mode === 'lines+markers' && name === '20 MB');
  expect(strokes).toHaveLength(4);
  strokes.forEach(({ x, y: [low = 0, high = 0] }, index) => {
    expect(x).toEqual([line?.x[index], line?.x[index]]);
    expect(low).toBeLessThanOrEqual(line?.y[index] ?? 0);
    expect(high).toBeGreaterThanOrEqual(line?.y[index] ?? 0);
  });
});

test('sizes far apart share a logarithmic axis, with the whole of every interval; shares do not', () => {
  const { freeze_ms, window_kept } = figure.panels[0]?.drawings ?? {};
  const { type, range, tickvals = [] } = freeze_ms?.layout.yaxis ?? expect.fail();
  expect(type).toBe('log');
  const drawn = (freeze_ms?.data ?? []).flatMap(({ y }) => [...y]);
  expect(10 ** range[0]).toBeLessThan(Math.min(...drawn));
  expect(10 ** range[1]).toBeGreaterThan(Math.max(...drawn));
  expect(tickvals).toEqual(expect.arrayContaining([50, 100, 200, 500]));
  expect(window_kept?.layout.yaxis).toMatchObject({ tickformat: ',.0%' });
  expect(window_kept?.layout.yaxis.type).toBeUndefined();
});

test('a mark tells its run, commit, module and kernel', () => {
  const { data } = figure.panels[0]?.drawings.freeze_ms ?? expect.fail();
  const text = data.find(({ mode }) => mode === 'lines+markers')?.text?.[1];
  expect(text).toMatch(
    /6 seeds<br>figures-day1<br>commit c{12} with changes<br>module 1{12}<br>kernel 6\.12$/,
  );
});

test('the axis tells days where there are several, else times of the day, and never one twice', () => {
  expect(timeAxis(history.runs).ticktext).toEqual(
    ['2026-01-02', '2026-01-03', '2026-01-04', '2026-01-05'].slice(1),
  );
  const [first] = history.runs;
  if (!first) expect.fail();
  const hour = timeAxis([first, { ...first, started: '2026-01-02T04:04:05Z' }]).ticktext ?? [];
  expect(hour[0]).toMatch(/^01-02 03:\d\d$/);
  expect(new Set(hour).size).toBe(hour.length);
  const alone = timeAxis([first]);
  expect(alone.range[0]).toBeLessThan(alone.range[1]);
});

test('the table has a line for each run, metric and condition, as the JSON has', () => {
  const [heading = '', ...lines] = historyCsv(history).trim().split('\n');
  expect(lines).toHaveLength(4 * (5 + 1) * 2);
  expect(heading.split(',')).toEqual(
    expect.arrayContaining(['run', 'metric', 'rcvbuf', 'median', 'low', 'high']),
  );
  expect(flatPoints(history)[0]).toMatchObject({
    run: 'figures-day0',
    image_mb: 1,
    clock: 'virtual',
    seeds: 6,
  });
});
