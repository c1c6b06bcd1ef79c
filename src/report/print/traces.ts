// SPDX-License-Identifier: GPL-2.0-only
import type { Dash, Marker, MarkerSymbol, Trace } from '../drawing.ts';
import { html, type Markup } from '../page/html.ts';
import type { Colour } from '../palette.ts';
import type { Scale } from './scale.ts';

/** Colours of one theme. */
export type Paint = (colour: Colour) => string;

/** Points (1/72 inch) on the paper for a pixel of the page. */
const SHRUNK = 0.55;

/** Lengths on the paper to a hundredth of a point: finer than any printer, and the same text on every host. */
export const rounded = (value: number): number => Math.round(value * 100) / 100 || 0;

/** From the left and from the top, in points. */
type Place = readonly [x: number, y: number];

export interface Axes {
  readonly x: Scale;
  readonly y: Scale;
}

export function drawTrace(trace: Trace, { x, y }: Axes, paint: Paint): Markup {
  const points = trace.x.map((value, i): Place => [x.place(value), y.place(trace.y[i] as number)]);
  const { line, marker, mode, opacity = 1 } = trace;
  const marked = mode === 'markers' && marker ? sideBySide(points, marker.size * SHRUNK) : points;
  const joined = mode !== 'markers' && line && points.length > 1;
  return html`<g class="trace"${opacity < 1 && html` opacity="${opacity}"`}>
${joined && html`<path d="${pathOf(points, line.shape === 'hv')}" fill="none" stroke-linejoin="round" ${stroke(line, paint)}/>`}
${mode !== 'lines' && marker && marked.map(([px, py]) => drawMarker(marker, px, py, paint))}</g>`;
}

/** Markers that would cover each other at one x stand beside each other, `apart` points. */
function sideBySide(points: readonly Place[], apart: number): Place[] {
  const placed: Place[] = [];
  return points.map(([x, y]) => {
    const free = (at: number) => placed.every(([px, py]) => Math.hypot(px - at, py - y) >= apart * 0.9);
    const candidates = [0, ...points.flatMap((_, i) => [i + 1, -i - 1])].map((step) => x + step * apart);
    const place: Place = [candidates.find(free) ?? x, y];
    placed.push(place);
    return place;
  });
}

function pathOf(points: readonly Place[], steps: boolean): string {
  return points
    .map(([px, py], i) => {
      if (i === 0) return `M${rounded(px)},${rounded(py)}`;
      return steps ? `H${rounded(px)}V${rounded(py)}` : `L${rounded(px)},${rounded(py)}`;
    })
    .join('');
}

/** On and off, in widths of the line. */
const DASHES: Record<Dash, readonly number[]> = {
  solid: [],
  dash: [4, 2],
  dot: [1, 1.5],
  dashdot: [4, 1.5, 1, 1.5],
  longdash: [8, 2.5],
  longdashdot: [8, 1.5, 1, 1.5],
};

export function stroke(
  line: { readonly color: Colour; readonly width: number; readonly dash?: Dash },
  paint: Paint,
): Markup {
  const width = rounded(line.width * SHRUNK);
  const dashes = DASHES[line.dash ?? 'solid'].map((length) => rounded(length * width));
  return html`stroke="${paint(line.color)}" stroke-width="${width}"${dashes.length > 0 && html` stroke-dasharray="${dashes.join(' ')}"`}`;
}

/** Outlines in half sizes around the middle. */
const OUTLINES: Record<Exclude<MarkerSymbol, 'circle' | 'circle-open'>, string> = {
  square: 'M-.88,-.88H.88V.88H-.88Z',
  diamond: 'M0,-1.3L1.3,0L0,1.3L-1.3,0Z',
  'triangle-up': 'M0,-1.2L1.1,.8H-1.1Z',
  'triangle-down': 'M0,1.2L1.1,-.8H-1.1Z',
  cross: 'M-.4,-1.2H.4V-.4H1.2V.4H.4V1.2H-.4V.4H-1.2V-.4H-.4Z',
  'x-thin': 'M-1,-1L1,1M1,-1L-1,1',
};

export function drawMarker(marker: Marker, x: number, y: number, paint: Paint): Markup {
  const half = rounded((marker.size / 2) * SHRUNK);
  const [px, py] = [rounded(x), rounded(y)];
  const { symbol } = marker;
  if (symbol === 'circle' || symbol === 'circle-open')
    return html`<circle class="marker" cx="${px}" cy="${py}" r="${half}" ${markerStyle(marker, paint, 1)}/>`;
  return html`<path class="marker" d="${OUTLINES[symbol]}" transform="translate(${px} ${py}) scale(${half})" ${markerStyle(marker, paint, half)}/>`;
}

/** As Plotly takes them: an open marker's colour is that of its line, and a thin one is all line. */
function markerStyle({ symbol, color = '--ink', line }: Marker, paint: Paint, scale: number): Markup {
  const fill = symbol === 'circle-open' || symbol === 'x-thin' ? 'none' : paint(color);
  const edge = symbol === 'circle-open' ? color : (line?.color ?? color);
  return html`fill="${fill}" stroke="${paint(edge)}" stroke-width="${rounded(((line?.width ?? 0) * SHRUNK) / scale)}"`;
}
