// SPDX-License-Identifier: GPL-2.0-only
import type { Measurement } from '../analysis/measurement.ts';
import type { Axis, Drawing, Figure, Marker, Shape, Trace } from './drawing.ts';
import { number } from './format.ts';
import { isShare, METRICS, type Metric } from './metrics.ts';
import { bySize, medianOf } from './statistics.ts';
import { type Condition, conditionsOf, rowsOf } from './summary.ts';
import { type Unit, unitFor } from './units.ts';

export interface Band {
  readonly low: number;
  readonly high: number;
  readonly label: string;
}

export const FIG5_METRICS = [
  'delay_ms',
  'delay_payload_ms',
  'delay_ack_ms',
  'freeze_ms',
  'app_gap_ms',
] as const;
export const FIG6_MINIMA = ['window_kept', 'window_min'] as const;
const BANDED: readonly Metric[] = ['delay_ms', 'delay_payload_ms', 'delay_ack_ms'];

/** Delay by image size: every row a point, valid rows' medians a line, a panel for each condition, the paper's band behind. */
export function figure5(rows: readonly Measurement[], band: Band | null): Figure {
  const title = 'Figure 5: delay by image size';
  return sizesFigure({ id: 'fig5', title }, FIG5_METRICS, rows, (metric) =>
    BANDED.includes(metric) ? band : null,
  );
}

/** The smallest window by image size. */
export const figure6Minimum = (rows: readonly Measurement[]): Figure =>
  sizesFigure(
    { id: 'fig6-minimum', title: 'Figure 6: smallest window by image size' },
    FIG6_MINIMA,
    rows,
    () => null,
  );

function sizesFigure(
  about: Pick<Figure, 'id' | 'title'>,
  metrics: readonly Metric[],
  rows: readonly Measurement[],
  bandFor: (metric: Metric) => Band | null,
): Figure {
  const panels = conditionsOf(rows).map((condition) => {
    const own = rowsOf(condition, rows);
    const drawings = Object.fromEntries(
      metrics.map((metric) => [metric, drawSizes(metric, own, bandFor(metric))]),
    );
    return { title: conditionTitle(condition), drawings };
  });
  return { ...about, choices: metrics.map((id) => ({ id, label: METRICS[id].label })), panels };
}

export function conditionTitle({ engine, role, rate_mb_s, peer_rate_mb_s }: Condition): string {
  const asked = (rate: number) => (rate === 0 ? 'full rate' : `${number(rate)} MB/s`);
  const rates = [
    ...(role === 'sink' ? [] : [`${asked(rate_mb_s)} out`]),
    ...(role === 'source' ? [] : [`${asked(peer_rate_mb_s)} in`]),
  ];
  return `${role}, ${rates.join(', ')}${engine === 'tcpmig' ? '' : `, ${engine}`}`;
}

type SizedPoint = { readonly size: number; readonly value: number; readonly row: Measurement };

function drawSizes(metric: Metric, rows: readonly Measurement[], band: Band | null): Drawing {
  const points = rows.flatMap((row) => {
    const value = METRICS[metric].value(row);
    return value === null ? [] : [{ size: row.image_mb, value, row }];
  });
  const largest = Math.max(0, ...points.map((p) => p.value));
  const unit = unitFor(METRICS[metric].unit, largest);
  const [valid, other] = [true, false].map((is) => points.filter((p) => (p.row.status === 'valid') === is));
  return {
    data: [medians(valid ?? [], unit), scatter(VALID, valid ?? [], unit), scatter(OTHER, other ?? [], unit)],
    layout: {
      xaxis: sizesAxis(rows),
      yaxis: valuesAxis(metric, unit, Math.max(largest, band?.high ?? 0)),
      shapes: band ? [bandShape(band)] : [],
    },
    samples: samplesLine(rows, points),
  };
}

/** How many rows are drawn, and how many are not because they have no such value. */
function samplesLine(rows: readonly Measurement[], points: readonly SizedPoint[]): string {
  const valid = points.filter((p) => p.row.status === 'valid').length;
  const [other, without] = [points.length - valid, rows.length - points.length];
  return `n = ${valid}${other > 0 ? `, ${other} not valid` : ''}${without > 0 ? `, ${without} without value` : ''}`;
}

function medians(valid: readonly SizedPoint[], unit: Unit): Trace {
  const groups = [...bySize(valid)];
  return {
    name: 'median',
    mode: 'lines',
    x: groups.map(([size]) => size),
    y: groups.map(([, group]) => unit.of(medianOf(group))),
    line: { color: '--line', width: 2 },
    showlegend: groups.length > 0,
    hovertemplate: `median %{y:.4~g} ${unit.name}<extra>%{x} MB</extra>`,
  };
}

const VALID: { name: string; marker: Marker } = {
  name: 'valid migration',
  marker: { symbol: 'circle-open', size: 8, color: '--point', line: { width: 1.5 } },
};
const OTHER: { name: string; marker: Marker } = {
  name: 'not valid',
  marker: { symbol: 'x-thin', size: 9, line: { color: '--bad', width: 2 } },
};

const scatter = (
  about: { name: string; marker: Marker },
  points: readonly SizedPoint[],
  unit: Unit,
): Trace => ({
  ...about,
  mode: 'markers',
  x: points.map((p) => p.size),
  y: points.map((p) => unit.of(p.value)),
  text: points.map(({ row }) => `${row.cell}, rep ${row.rep}, ${row.status}`),
  showlegend: points.length > 0,
  hovertemplate: `%{y:.4~g} ${unit.name}<br>%{text}<extra></extra>`,
});

function sizesAxis(rows: readonly Measurement[]): Axis {
  const sizes = [...new Set(rows.map((row) => row.image_mb))].sort((a, b) => a - b);
  return {
    title: { text: 'Image size (MB)' },
    type: 'log',
    tickvals: sizes,
    ticktext: sizes.map(String),
    range: [Math.log10(sizes[0] ?? 1) - 0.12, Math.log10(sizes.at(-1) ?? 1) + 0.12],
  };
}

/** From 0, or for a share to 100% at least. */
export function valuesAxis(metric: Metric, unit: Unit, largest: number): Axis {
  const share = isShare(metric);
  const top = Math.max(share ? 1 : 0, unit.of(largest)) * 1.08 || 1;
  return {
    title: { text: `${METRICS[metric].label} (${unit.name})` },
    range: [0, top],
    ...(share && { tickformat: ',.0%' }),
  };
}

const bandShape = ({ low, high, label }: Band): Shape => ({
  type: 'rect',
  xref: 'paper',
  x0: 0,
  x1: 1,
  y0: low,
  y1: high,
  fillcolor: '--band',
  line: { width: 0 },
  layer: 'below',
  name: label,
  showlegend: true,
});
