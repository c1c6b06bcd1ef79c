// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { figure6, representative } from '../../../src/report/curves.ts';
import type { Drawing, Figure, Trace } from '../../../src/report/drawing.ts';
import { figure5 } from '../../../src/report/figures.ts';
import { row, rowsBySize, sample } from './rows.ts';

const drawingOf = ({ panels }: Figure, choice: string) => panels[0]?.drawings[choice] as Drawing;

const rows = [
  ...rowsBySize('delay_ms', { 1: [10, 12, 11], 50: [20, 24, 28] }),
  row({ image_mb: 50, delay_ms: 99, status: 'invalid', reason: 'rst' }),
  row({ image_mb: 50, delay_ms: null, status: 'inconclusive', reason: 'rate' }),
  row({ image_mb: 5, role: 'sink', delay_ms: 7 }),
];

test('figure 5 has every measured row as a point, and medians of valid ones only', () => {
  const figure = figure5(rows, null);
  expect(figure.panels.map((p) => p.title)).toEqual(['duplex, 120 MB/s out, 1 MB/s in', 'sink, 1 MB/s in']);
  const { data, samples } = drawingOf(figure, 'delay_ms');
  const [median, valid, other] = data as [Trace, Trace, Trace];
  expect([valid.x, valid.y]).toEqual([
    [1, 1, 1, 50, 50, 50],
    [10, 12, 11, 20, 24, 28],
  ]);
  expect([other.x, other.y]).toEqual([[50], [99]]);
  expect([median.x, median.y]).toEqual([
    [1, 50],
    [11, 24],
  ]);
  expect(samples).toBe('n = 6, 1 not valid, 1 without value');
});

test('the paper’s band is drawn behind delays and not behind the freeze', () => {
  const drawings = figure5(rows, { low: 50, high: 80, label: 'paper' }).panels[0]?.drawings;
  expect(drawings?.delay_ms?.layout).toMatchObject({
    shapes: [{ y0: 50, y1: 80, name: 'paper', showlegend: true }],
  });
  expect(drawings?.freeze_ms?.layout).toMatchObject({ shapes: [] });
});

test('figure 6 draws one curve of a size in full, the one in the middle by its smallest window', () => {
  const measured = rowsBySize('window_min', { 1: [90, 95, 99], 50: [30, 10, 20] });
  expect(representative(measured.slice(3))?.window_min).toBe(20);
  const windows = measured.flatMap((r) => [sample(r, -1, 12800), sample(r, 2, (r.window_min ?? 0) * 128)]);
  const invalid = row({ image_mb: 50, rep: 9, status: 'invalid' });
  const figure = figure6([...measured, invalid], [...windows, sample(invalid, 0, 1)]);
  const { data, layout, samples } = drawingOf(figure, 'bytes');
  expect(samples).toBe('n = 6');
  expect(layout.yaxis.title.text).toBe('Advertised window (kB)');
  expect(data.filter((t) => t.opacity === 0.35)).toHaveLength(4);
  const [one, fifty, ...lowest] = data.filter((t) => t.opacity === undefined);
  expect([one, fifty].map((t) => [t?.name, t?.x, t?.y])).toEqual([
    ['1 MB', [-1, 2], [12.8, 12.16]],
    ['50 MB', [-1, 2], [12.8, 2.56]],
  ]);
  expect(lowest.map((t) => [t.name, t.x, t.y])).toEqual([
    ['1 MB', [2], [12.16]],
    ['50 MB', [2], [2.56]],
  ]);
  expect(figure.panels[0]?.drawings.raw?.data).toContainEqual(expect.objectContaining({ y: [100, 95] }));
});

test('a size has one colour in all panels', () => {
  const measured = [row({ image_mb: 1 }), row({ image_mb: 50 }), row({ role: 'sink', image_mb: 50 })];
  const [duplex, sink] = figure6(
    measured,
    measured.map((r) => sample(r, 1, 5)),
  ).panels;
  const colour = (panel: typeof sink) =>
    panel?.drawings.bytes?.data.find((t) => t.name === '50 MB')?.line?.color;
  expect(colour(duplex)).toBe('--size-5');
  expect(colour(sink)).toBe('--size-5');
});

test('no window, no panel', () => {
  expect(figure6(rows, []).panels).toEqual([]);
});
