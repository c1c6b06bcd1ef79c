// SPDX-License-Identifier: GPL-2.0-only
import type { Measurement, WindowSample } from '../analysis/measurement.ts';
import { conditionTitle, type Drawing, type Figure } from './figures.ts';
import { count } from './format.ts';
import { groupBy } from './grouping.ts';
import { conditionsOf, rowsOf } from './summary.ts';
import { thin } from './thinning.ts';

interface Curve {
  readonly row: Measurement;
  readonly samples: readonly WindowSample[];
  /** The one of its size that is drawn in full. */
  readonly representative: boolean;
}

const UNITS = [
  { id: 'bytes', label: 'Bytes', axis: 'Advertised window (bytes)', of: (s: WindowSample) => s.window_bytes },
  {
    id: 'raw',
    label: 'Header field',
    axis: 'Advertised window (header field, unscaled)',
    of: (s: WindowSample) => s.window_raw,
  },
] as const;

/** Advertised window by time from the freeze: one curve an image size, the other repetitions faint behind it. */
export function figure6(rows: readonly Measurement[], windows: readonly WindowSample[]): Figure {
  const samples = groupBy(windows, (s) => keyOf(s));
  const panels = conditionsOf(rows).flatMap((condition) => {
    const curves = curvesOf(rowsOf(condition, rows), samples);
    if (curves.length === 0) return [];
    const drawings = Object.fromEntries(UNITS.map((unit) => [unit.id, drawCurves(curves, unit)]));
    const sizes = curves.filter((c) => c.representative).length;
    const caption = `n = ${count(curves.length, 'valid migration')}, ${count(sizes, 'size')}`;
    return [{ title: conditionTitle(condition), caption, drawings }];
  });
  return { id: 'fig6', choices: UNITS.map(({ id, label }) => ({ id, label })), panels };
}

const keyOf = ({ cell, rep, attempt }: { cell: string; rep: number; attempt: number }) =>
  [cell, rep, attempt].join('\n');

function curvesOf(rows: readonly Measurement[], samples: ReadonlyMap<string, WindowSample[]>): Curve[] {
  const measured = rows.filter((row) => row.status === 'valid' && samples.has(keyOf(row)));
  const sizes = [...new Set(measured.map((row) => row.image_mb))].sort((a, b) => a - b);
  return sizes.flatMap((size) => {
    const group = measured.filter((row) => row.image_mb === size);
    const chosen = representative(group);
    return group.map((row) => ({
      row,
      samples: samples.get(keyOf(row)) ?? [],
      representative: row === chosen,
    }));
  });
}

/** The row in the middle of its size by the smallest window; of two in the middle, the lower. */
export function representative(rows: readonly Measurement[]): Measurement | undefined {
  const sorted = rows.toSorted((a, b) => (a.window_min ?? Infinity) - (b.window_min ?? Infinity));
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

function drawCurves(curves: readonly Curve[], unit: (typeof UNITS)[number]): Drawing {
  const sizes = [...new Set(curves.map((c) => c.row.image_mb))];
  // Faint ones first: later traces lie on top.
  const ordered = curves.toSorted((a, b) => Number(a.representative) - Number(b.representative));
  const data = ordered.map(({ row, samples, representative: full }) => {
    const points = thin(samples.map((s) => ({ x: s.t_ms, y: unit.of(s) })));
    return {
      name: `${row.image_mb} MB`,
      mode: 'lines',
      x: points.map((p) => Number(p.x.toFixed(2))),
      y: points.map((p) => p.y),
      line: {
        color: `--size-${rank(sizes.indexOf(row.image_mb), sizes.length)}`,
        width: full ? 2 : 1,
        shape: 'hv',
      },
      opacity: full ? 1 : 0.35,
      showlegend: full,
      legendgroup: String(row.image_mb),
      legendrank: row.image_mb,
      hoverinfo: full ? 'all' : 'skip',
      hovertemplate: `%{y:,} at %{x:.1f} ms<extra>${row.image_mb} MB, rep ${row.rep}</extra>`,
    };
  });
  return { data, layout: curvesLayout(unit.axis) };
}

/** Place of a size on the page's ramp of six colours. */
const rank = (index: number, sizes: number) => (sizes < 2 ? 0 : Math.round((index * 5) / (sizes - 1)));

const curvesLayout = (axis: string): object => ({
  xaxis: { title: { text: 'Time from the freeze (ms)' }, zeroline: false },
  yaxis: { title: { text: axis }, rangemode: 'tozero' },
  showlegend: true,
  shapes: [
    {
      type: 'line',
      x0: 0,
      x1: 0,
      yref: 'paper',
      y0: 0,
      y1: 1,
      line: { color: '--muted', width: 1, dash: 'dot' },
    },
  ],
  annotations: [
    {
      text: 'freeze',
      x: 0,
      xanchor: 'left',
      xshift: 4,
      yref: 'paper',
      y: 1,
      yanchor: 'top',
      showarrow: false,
      font: { color: '--muted', size: 12 },
    },
  ],
});
