// SPDX-License-Identifier: GPL-2.0-only
import type { Measurement } from '../analysis/measurement.ts';
import { number } from './format.ts';
import { heading, isShare, METRICS, type Metric } from './metrics.ts';
import { bySize, medianOf } from './statistics.ts';
import { type Condition, conditionsOf, rowsOf } from './summary.ts';

/** Plotly's data and layout. A colour that starts with `--` is a custom property of the page's style sheet. */
export interface Drawing {
  readonly data: readonly object[];
  readonly layout: object;
}
/** One set of axes, drawn once for each choice (a metric, a unit) that the reader can take. */
interface Panel {
  readonly title: string;
  readonly caption: string;
  readonly drawings: Readonly<Record<string, Drawing>>;
}
export interface Figure {
  readonly id: string;
  readonly choices: readonly { readonly id: string; readonly label: string }[];
  readonly panels: readonly Panel[];
}
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
  return sizesFigure('fig5', FIG5_METRICS, rows, (metric) => (BANDED.includes(metric) ? band : null));
}

/** The smallest window by image size. */
export const figure6Minimum = (rows: readonly Measurement[]): Figure =>
  sizesFigure('fig6-minimum', FIG6_MINIMA, rows, () => null);

function sizesFigure(
  id: string,
  metrics: readonly Metric[],
  rows: readonly Measurement[],
  bandFor: (metric: Metric) => Band | null,
): Figure {
  const panels = conditionsOf(rows).map((condition) => {
    const own = rowsOf(condition, rows);
    const drawings = Object.fromEntries(
      metrics.map((metric) => [metric, drawSizes(metric, own, bandFor(metric))]),
    );
    return { title: conditionTitle(condition), caption: sampleCaption(own), drawings };
  });
  return { id, choices: metrics.map((metric) => ({ id: metric, label: METRICS[metric].label })), panels };
}

export function conditionTitle({ engine, role, rate_mb_s, peer_rate_mb_s }: Condition): string {
  const asked = (rate: number) => (rate === 0 ? 'full rate' : `${number(rate)} MB/s`);
  const rates = [
    ...(role === 'sink' ? [] : [`${asked(rate_mb_s)} out`]),
    ...(role === 'source' ? [] : [`${asked(peer_rate_mb_s)} in`]),
  ];
  return `${role}, ${rates.join(', ')}${engine === 'tcpmig' ? '' : `, ${engine}`}`;
}

function sampleCaption(rows: readonly Measurement[]): string {
  const valid = rows.filter((row) => row.status === 'valid').length;
  const other = rows.length - valid;
  return `n = ${valid} valid${other > 0 ? `, ${other} not (×)` : ''}`;
}

function drawSizes(metric: Metric, rows: readonly Measurement[], band: Band | null): Drawing {
  const points = rows.flatMap((row) => {
    const value = METRICS[metric].value(row);
    return value === null ? [] : [{ size: row.image_mb, value, row }];
  });
  const valid = points.filter((p) => p.row.status === 'valid');
  const medians = [...bySize(valid)].map(([size, group]) => ({ size, value: medianOf(group) }));
  const data = [
    {
      name: 'median',
      mode: 'lines',
      x: medians.map((m) => m.size),
      y: medians.map((m) => m.value),
      line: { color: '--line', width: 2 },
      hovertemplate: 'median %{y:.4g}<extra>%{x} MB</extra>',
    },
    scatter('valid', valid, { symbol: 'circle', size: 8, color: '--point', opacity: 0.75 }),
    scatter(
      'not valid',
      points.filter((p) => p.row.status !== 'valid'),
      { symbol: 'x-thin', size: 9, line: { color: '--bad', width: 2 } },
    ),
  ];
  return { data, layout: sizesLayout(metric, rows, points, band) };
}

type SizedPoint = { readonly size: number; readonly value: number; readonly row: Measurement };

function scatter(name: string, points: readonly SizedPoint[], marker: object): object {
  return {
    name,
    mode: 'markers',
    x: points.map((p) => p.size),
    y: points.map((p) => p.value),
    text: points.map(({ row }) => `${row.cell}, rep ${row.rep}, ${row.status}`),
    marker,
    hovertemplate: '%{y:.4g}<br>%{text}<extra></extra>',
  };
}

function sizesLayout(
  metric: Metric,
  rows: readonly Measurement[],
  points: readonly SizedPoint[],
  band: Band | null,
): object {
  const sizes = [...new Set(rows.map((row) => row.image_mb))].sort((a, b) => a - b);
  const share = isShare(metric);
  const top = Math.max(share ? 1 : 0, ...points.map((p) => p.value), band?.high ?? 0) * 1.08 || 1;
  return {
    xaxis: {
      title: { text: 'Image size (MB)' },
      type: 'log',
      tickvals: sizes,
      ticktext: sizes.map(String),
      range: [Math.log10(sizes[0] ?? 1) - 0.12, Math.log10(sizes.at(-1) ?? 1) + 0.12],
    },
    yaxis: { title: { text: heading(metric) }, range: [0, top], tickformat: share ? ',.0%' : '' },
    shapes: band ? [bandShape(band)] : [],
    annotations: band ? [bandLabel(band, top)] : [],
  };
}

const bandShape = ({ low, high }: Band): object => ({
  type: 'rect',
  xref: 'paper',
  x0: 0,
  x1: 1,
  y0: low,
  y1: high,
  fillcolor: '--band',
  line: { width: 0 },
  layer: 'below',
});

/** Within the band, or above it where the band is a thin line of the scale up to `top`. */
const bandLabel = ({ low, high, label }: Band, top: number): object => ({
  text: label,
  xref: 'paper',
  x: 0.01,
  xanchor: 'left',
  y: high,
  yanchor: high - low > 0.1 * top ? 'top' : 'bottom',
  showarrow: false,
  font: { color: '--band-text', size: 12 },
});
