// SPDX-License-Identifier: GPL-2.0-only
import type { Measurement, WindowSample } from '../analysis/measurement.ts';
import type { Dash, Drawing, Figure, MarkerSymbol, Shape, Trace } from './drawing.ts';
import { conditionTitle } from './figures.ts';
import { groupBy } from './grouping.ts';
import type { Colour } from './palette.ts';
import { conditionsOf, rowsOf } from './summary.ts';
import { thin } from './thinning.ts';
import { type Unit, unitFor } from './units.ts';

interface Curve {
  readonly row: Measurement;
  readonly samples: readonly WindowSample[];
  /** The one of its size that is drawn in full. */
  readonly representative: boolean;
}

const CHOICES = [
  {
    id: 'bytes',
    label: 'Bytes',
    axis: 'Advertised window',
    unit: 'bytes',
    of: (s: WindowSample) => s.window_bytes,
  },
  {
    id: 'raw',
    label: 'Header field',
    axis: 'Window field',
    unit: 'unscaled',
    of: (s: WindowSample) => s.window_raw,
  },
] as const;
type Choice = (typeof CHOICES)[number];

/** Advertised window by time from the freeze: one curve an image size, the other repetitions faint behind it. */
export function figure6(rows: readonly Measurement[], windows: readonly WindowSample[]): Figure {
  const samples = groupBy(windows, (s) => keyOf(s));
  const all = curvesOf(rows, samples);
  const styles = stylesOf([...new Set(all.map((c) => c.row.image_mb))]);
  const panels = conditionsOf(rows).flatMap((condition) => {
    const curves = curvesOf(rowsOf(condition, rows), samples);
    if (curves.length === 0) return [];
    const drawings = Object.fromEntries(
      CHOICES.map((choice) => [choice.id, drawCurves(curves, choice, styles)]),
    );
    return [{ title: conditionTitle(condition), drawings }];
  });
  const title = 'Figure 6: window around the freeze, by image size';
  return { id: 'fig6', title, choices: CHOICES.map(({ id, label }) => ({ id, label })), panels };
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

export interface Style {
  readonly color: Colour;
  readonly dash: Dash;
  readonly symbol: MarkerSymbol;
  /** Diameter: later ones are smaller, so that markers in one place all show. */
  readonly size: number;
}
const DASHES: readonly Dash[] = ['solid', 'dash', 'dot', 'dashdot', 'longdash', 'longdashdot'];
const SYMBOLS: readonly MarkerSymbol[] = [
  'circle',
  'square',
  'diamond',
  'triangle-up',
  'triangle-down',
  'cross',
];

/** Colour, dash and marker of each size, the same in every panel. */
export function stylesOf(sizes: readonly number[]): ReadonlyMap<number, Style> {
  const ramp = (index: number) => (sizes.length < 2 ? 0 : Math.round((index * 5) / (sizes.length - 1)));
  return new Map(
    sizes
      .toSorted((a, b) => a - b)
      .map((size, index) => [
        size,
        {
          color: `--size-${ramp(index)}` as Colour,
          dash: DASHES[index % DASHES.length] as Dash,
          symbol: SYMBOLS[index % SYMBOLS.length] as MarkerSymbol,
          size: sizes.length < 2 ? 9 : 11 - (4 * index) / (sizes.length - 1),
        },
      ]),
  );
}

function drawCurves(curves: readonly Curve[], choice: Choice, styles: ReadonlyMap<number, Style>): Drawing {
  const samples = curves.flatMap((c) => c.samples);
  const largest = Math.max(...samples.map(choice.of));
  const unit = unitFor(choice.unit, largest);
  const trace = (draw: typeof faint) => (curve: Curve) =>
    draw(curve, { unit, of: choice.of, style: styles.get(curve.row.image_mb) as Style });
  const [full, others] = [true, false].map((is) => curves.filter((c) => c.representative === is)) as [
    Curve[],
    Curve[],
  ];
  const times = samples.map((s) => s.t_ms);
  return {
    // Faint ones first: later traces lie on top.
    data: [
      ...others.map(trace(faint)).map((each, index) => ({ ...each, showlegend: index === 0 })),
      ...full.map(trace(whole)),
      ...full.map(trace(lowest)),
    ],
    layout: {
      xaxis: {
        title: { text: 'Time from the freeze (ms)' },
        range: [outward(Math.min(0, ...times)), outward(Math.max(1, ...times))],
        tickformat: ',',
        zeroline: false,
      },
      yaxis: {
        title: { text: `${choice.axis} (${unit.name})` },
        range: [0, unit.of(largest) * 1.05 || 1],
        tickformat: ',',
      },
      shapes: [FREEZE],
    },
    samples: `n = ${curves.length}`,
  };
}

interface Drawn {
  readonly unit: Unit;
  readonly of: Choice['of'];
  readonly style: Style;
}

function faint({ row, samples }: Curve, { unit, of, style }: Drawn): Trace {
  return {
    ...stepsOf(samples, of, unit),
    name: 'other repetitions',
    line: { color: style.color, width: 1, shape: 'hv' },
    opacity: 0.35,
    showlegend: false,
    legendgroup: 'others',
    legendrank: 2000 + row.image_mb,
    hoverinfo: 'skip',
  };
}

function whole({ row, samples }: Curve, { unit, of, style }: Drawn): Trace {
  return {
    ...stepsOf(samples, of, unit),
    name: `${row.image_mb} MB`,
    line: { color: style.color, width: 2, dash: style.dash, shape: 'hv' },
    showlegend: false,
    legendgroup: String(row.image_mb),
    hovertemplate: `%{y:,} ${unit.name} at %{x:.1f} ms<extra>${row.image_mb} MB, rep ${row.rep}</extra>`,
  };
}

/** A marker where the curve is lowest from the freeze on; it stands for the curve in the legend. */
function lowest({ row, samples }: Curve, { unit, of, style }: Drawn): Trace {
  const after = samples.filter((s) => s.t_ms >= 0);
  const least = after.reduce<WindowSample | undefined>((a, b) => (a && of(a) <= of(b) ? a : b), undefined);
  return {
    name: `${row.image_mb} MB`,
    mode: 'lines+markers',
    x: least ? [rounded(least.t_ms)] : [],
    y: least ? [unit.of(of(least))] : [],
    line: { color: style.color, width: 2, dash: style.dash },
    marker: {
      symbol: style.symbol,
      size: style.size,
      color: style.color,
      line: { color: '--card', width: 1 },
    },
    showlegend: true,
    legendgroup: String(row.image_mb),
    legendrank: 1000 + row.image_mb,
    hovertemplate: `lowest: %{y:,} ${unit.name} at %{x:.1f} ms<extra>${row.image_mb} MB, rep ${row.rep}</extra>`,
  };
}

function stepsOf(samples: readonly WindowSample[], of: Choice['of'], unit: Unit) {
  const points = thin(samples.map((s) => ({ x: s.t_ms, y: of(s) })));
  return { mode: 'lines', x: points.map((p) => rounded(p.x)), y: points.map((p) => unit.of(p.y)) } as const;
}

/** To a whole half second further from the freeze. */
const outward = (milliseconds: number) =>
  Math.sign(milliseconds) * Math.ceil(Math.abs(milliseconds) / 500) * 500 || 0;

const rounded = (milliseconds: number) => Number(milliseconds.toFixed(2));

const FREEZE: Shape = {
  type: 'line',
  x0: 0,
  x1: 0,
  yref: 'paper',
  y0: 0,
  y1: 1,
  line: { color: '--muted', width: 1, dash: 'dot' },
  layer: 'below',
  name: 'freeze',
  showlegend: true,
  legendrank: 3000,
};
