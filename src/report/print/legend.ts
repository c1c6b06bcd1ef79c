// SPDX-License-Identifier: GPL-2.0-only
import type { Drawing, Shape, Trace } from '../drawing.ts';
import { html, type Markup } from '../page/html.ts';
import { LINE_HEIGHT, SMALL, textAt } from './text.ts';
import { drawMarker, type Paint, rounded, stroke } from './traces.ts';
import type { Typesetter } from './typesetter.ts';

const KEY = 17;
const GAP = 3;
const BETWEEN = 10;

type Entry = Trace | Shape;
interface Placed {
  readonly entry: Entry;
  readonly x: number;
  readonly row: number;
}
export interface Legend {
  readonly height: number;
  readonly draw: (x: number, y: number, paint: Paint) => Markup;
}

/** What the panels' traces and shapes are, once each, in lines no longer than `width`. */
export function legendOf(drawings: readonly Drawing[], width: number, typesetter: Typesetter): Legend {
  const placed = flow(entriesOf(drawings), width, (name) => typesetter.width(name, SMALL));
  const rows = Math.max(0, ...placed.map((p) => p.row + 1));
  return {
    height: rows * LINE_HEIGHT,
    draw: (x, y, paint) =>
      html`<g class="legend">${placed.map((p) =>
        drawEntry(p.entry, x + p.x, y + (p.row + 1) * LINE_HEIGHT, paint),
      )}</g>`,
  };
}

function entriesOf(drawings: readonly Drawing[]): Entry[] {
  const shown = new Map<string, Entry>();
  for (const { data, layout } of drawings)
    for (const entry of [...data, ...layout.shapes])
      if (entry.showlegend && !shown.has(entry.name)) shown.set(entry.name, entry);
  return [...shown.values()].sort((a, b) => rankOf(a) - rankOf(b));
}

/** As Plotly orders them: 1000 where nothing else is said. */
const rankOf = (entry: Entry) => entry.legendrank ?? 1000;

function flow(entries: readonly Entry[], width: number, widthOf: (name: string) => number): Placed[] {
  let [x, row] = [0, 0];
  return entries.map((entry) => {
    const needed = KEY + GAP + widthOf(entry.name);
    if (x > 0 && x + needed > width) [x, row] = [0, row + 1];
    const placed = { entry, x, row };
    x += needed + BETWEEN;
    return placed;
  });
}

function drawEntry(entry: Entry, x: number, baseline: number, paint: Paint): Markup {
  const label = textAt(entry.name, x + KEY + GAP, baseline, { size: SMALL, fill: paint('--ink') });
  return html`<g>${drawKey(entry, x, baseline - 2.4, paint)}${label}</g>`;
}

function drawKey(entry: Entry, x: number, y: number, paint: Paint): Markup {
  const line = (given: Parameters<typeof stroke>[0]) =>
    html`<path d="M${rounded(x)},${rounded(y)}H${rounded(x + KEY)}" ${stroke(given, paint)}/>`;
  if ('type' in entry)
    return entry.type === 'line'
      ? line(entry.line)
      : html`<rect x="${rounded(x)}" y="${rounded(y - 3)}" width="${KEY}" height="6" fill="${paint(entry.fillcolor)}"/>`;
  const middle = x + KEY / 2;
  return html`<g${(entry.opacity ?? 1) < 1 && html` opacity="${entry.opacity}"`}>${entry.mode !== 'markers' && entry.line && line(entry.line)}
${entry.mode !== 'lines' && entry.marker && drawMarker(entry.marker, middle, y, paint)}</g>`;
}
