// SPDX-License-Identifier: GPL-2.0-only
import type { Drawing, Shape } from '../drawing.ts';
import { html, type Markup } from '../page/html.ts';
import { type Scale, scaleOf } from './scale.ts';
import { LINE_HEIGHT, NORMAL, SMALL, textAt } from './text.ts';
import { type Axes, drawTrace, type Paint, rounded, stroke } from './traces.ts';
import type { Typesetter } from './typesetter.ts';

/** The axes' rectangle, in points. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Room for the labels below the axes: ticks, and the title where it stands. */
export const BELOW = { ticks: 12, title: 11 };
const TICK = 2.5;
/** Points of an axis for each tick. */
const ROOM = { x: 30, y: 19 };

function axesOf({ layout }: Drawing, { left, top, width, height }: Box): Axes {
  return {
    x: scaleOf(layout.xaxis, left, left + width, width / ROOM.x),
    y: scaleOf(layout.yaxis, top + height, top, height / ROOM.y),
  };
}

/** Width of the labels left of axes of that height. */
export function labelsLeft({ layout }: Drawing, height: number, typesetter: Typesetter): number {
  const { ticks } = scaleOf(layout.yaxis, height, 0, height / ROOM.y);
  return Math.max(0, ...ticks.map(({ label }) => typesetter.width(label, SMALL))) + TICK + 2;
}

/** Axes with everything in them, and the title below where panels do not share one further down. */
export function drawPanel(
  drawing: Drawing,
  box: Box,
  { x: titled }: { readonly x: boolean },
  paint: Paint,
  typesetter: Typesetter,
): Markup {
  const axes = axesOf(drawing, box);
  return html`<g class="panel">
${drawing.layout.shapes.filter((s) => s.type === 'rect').map((shape) => drawShape(shape, axes, box, paint))}
${grid(axes, box, paint)}
${drawing.layout.shapes.filter((s) => s.type === 'line').map((shape) => drawShape(shape, axes, box, paint))}
${frame(box, paint)}
${drawing.data.map((trace) => drawTrace(trace, axes, paint))}
${xLabels(axes.x, box, paint, typesetter)}${yLabels(axes.y, box, paint)}
${titled && xTitle(drawing, box, paint)}
${drawing.data.every((trace) => trace.x.length === 0) && noValues(box, paint)}</g>`;
}

function drawShape(shape: Shape, { x, y }: Axes, { left, top, width, height }: Box, paint: Paint): Markup {
  if (shape.type === 'line')
    return html`<path d="M${rounded(x.place(shape.x0))},${rounded(top)}v${rounded(height)}" ${stroke(shape.line, paint)}/>`;
  const [upper, lower] = [y.place(shape.y1), y.place(shape.y0)].map((at) =>
    Math.min(Math.max(at, top), top + height),
  );
  return html`<rect x="${rounded(left)}" y="${rounded(upper as number)}" width="${rounded(width)}" height="${rounded((lower as number) - (upper as number))}" fill="${paint(shape.fillcolor)}"/>`;
}

const grid = ({ y }: Axes, { left, width }: Box, paint: Paint): Markup =>
  html`<path d="${y.ticks.map(({ at }) => `M${rounded(left)},${rounded(y.place(at))}h${rounded(width)}`).join('')}" stroke="${paint('--rule')}" stroke-width=".4"/>`;

const frame = ({ left, top, width, height }: Box, paint: Paint): Markup =>
  html`<path d="M${rounded(left)},${rounded(top)}v${rounded(height)}h${rounded(width)}" fill="none" stroke="${paint('--muted')}" stroke-width=".6"/>`;

/** A label that would touch the one before it stays away; its tick does not. */
function xLabels(
  { ticks, place }: Scale,
  { top, height }: Box,
  paint: Paint,
  typesetter: Typesetter,
): Markup {
  const bottom = top + height;
  let free = -Infinity;
  const labels = ticks.map(({ at, label }) => {
    const half = typesetter.width(label, SMALL) / 2;
    const fits = place(at) - half >= free;
    if (fits) free = place(at) + half + 3;
    return html`<path d="M${rounded(place(at))},${rounded(bottom)}v${TICK}" stroke="${paint('--muted')}" stroke-width=".6"/>${
      fits &&
      textAt(label, place(at), bottom + TICK + 7, { size: SMALL, fill: paint('--ink'), anchor: 'middle' })
    }`;
  });
  return html`${labels}`;
}

const yLabels = ({ ticks, place }: Scale, { left }: Box, paint: Paint): Markup =>
  html`${ticks.map(
    ({ at, label }) =>
      html`<path d="M${rounded(left)},${rounded(place(at))}h-${TICK}" stroke="${paint('--muted')}" stroke-width=".6"/>${textAt(label, left - TICK - 2, place(at) + 2.4, { size: SMALL, fill: paint('--ink'), anchor: 'end' })}`,
  )}`;

function xTitle({ layout }: Drawing, { left, top, width, height }: Box, paint: Paint): Markup {
  const y = top + height + BELOW.ticks + BELOW.title - 2;
  return textAt(layout.xaxis.title.text, left + width / 2, y, {
    size: NORMAL,
    fill: paint('--ink'),
    anchor: 'middle',
  });
}

const noValues = ({ left, top, width, height }: Box, paint: Paint): Markup =>
  textAt('no values', left + width / 2, top + height / 2 + LINE_HEIGHT / 3, {
    size: NORMAL,
    fill: paint('--muted'),
    anchor: 'middle',
  });
