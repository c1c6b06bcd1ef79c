// SPDX-License-Identifier: GPL-2.0-only
import type { Drawing, Figure } from '../drawing.ts';
import { capitalised } from '../format.ts';
import { html, type Markup } from '../page/html.ts';
import { colourIn, type Theme } from '../palette.ts';
import { type Legend, legendOf } from './legend.ts';
import { BELOW, drawPanel, labelsLeft } from './panel.ts';
import { LINE_HEIGHT, NORMAL, SMALL, textAt } from './text.ts';
import type { Paint } from './traces.ts';
import type { Typesetter } from './typesetter.ts';

/** Widths in points: one column of a paper (85 mm), and its whole page (178 mm). */
const COLUMN = 241;
const PAGE = 504;
/** Around everything; on the right there is room for half a label. */
const EDGE = { left: 3, right: 10, top: 3, bottom: 3 };
const BETWEEN = { x: 16, y: 6 };
const AXES_HEIGHT = 96;
const Y_TITLE = 11;

interface Cell {
  readonly title: string;
  readonly drawing: Drawing;
  /** From the top of the sheet; the heading above the axes has `heading`. */
  readonly top: number;
  readonly heading: number;
  readonly column: number;
  readonly titles: { readonly x: boolean; readonly y: boolean };
}
interface Columns {
  readonly number: number;
  readonly sheet: number;
  /** Room for the labels left of each panel's axes, and the width of the axes. */
  readonly labels: number;
  readonly axes: number;
}
interface Sheet {
  readonly columns: Columns;
  readonly height: number;
  readonly cells: readonly Cell[];
  readonly legend: Legend;
}

export interface Picture {
  /** In points. */
  readonly width: number;
  readonly svg: (theme: Theme) => string;
}

/** A figure as it stands in a paper: up to three panels below each other in one column, more across the page. */
export function pictureOf(figure: Figure, choice: string, typesetter: Typesetter): Picture {
  const cells = figure.panels.map(({ title, drawings }, index) => ({
    title: letter(figure.panels.length, index) + capitalised(title),
    drawing: drawings[choice] as Drawing,
  }));
  const sheet = layOut(cells, typesetter);
  return {
    width: sheet.columns.sheet,
    svg: (theme) => render(figure.title, sheet, (colour) => colourIn(theme, colour), typesetter),
  };
}

type Content = Pick<Cell, 'title' | 'drawing'>;

/** By which a text can name a panel. */
const letter = (panels: number, index: number) =>
  panels > 1 ? `(${String.fromCharCode(97 + (index % 26))}) ` : '';

function layOut(contents: readonly Content[], typesetter: Typesetter): Sheet {
  const columns = columnsOf(contents, typesetter);
  const drawings = contents.map((content) => content.drawing);
  const legend = legendOf(drawings, columns.sheet - EDGE.left - EDGE.right, typesetter);
  let top = EDGE.top + legend.height + (legend.height > 0 ? 3 : 0);
  const cells: Cell[] = [];
  for (let start = 0; start < contents.length; start += columns.number) {
    const row = contents.slice(start, start + columns.number);
    const heading = LINE_HEIGHT * (row.every((each) => fitsOneLine(each, columns, typesetter)) ? 1 : 2) + 3;
    const titled = (column: number) => start + column + columns.number >= contents.length;
    cells.push(
      ...row.map((each, column) => ({
        ...each,
        ...{ top: top + heading, heading, column },
        titles: { x: titled(column), y: column === 0 },
      })),
    );
    top += heading + AXES_HEIGHT + BELOW.ticks + (titled(row.length - 1) ? BELOW.title : 0) + BETWEEN.y;
  }
  return { columns, height: Math.ceil(top - BETWEEN.y + EDGE.bottom), cells, legend };
}

/** The narrowest sheet and the most columns in which each title has a line of its own. */
function columnsOf(contents: readonly Content[], typesetter: Typesetter): Columns {
  const labels = Math.max(0, ...contents.map(({ drawing }) => labelsLeft(drawing, AXES_HEIGHT, typesetter)));
  const titles = Math.max(0, ...contents.map(({ title }) => typesetter.width(title, NORMAL, 600)));
  const most = contents.length <= 3 ? 1 : contents.length <= 8 ? 2 : 3;
  const page = [3, 2, 1]
    .filter((number) => number <= most)
    .map((number) => columnsWithin(PAGE, number, labels));
  const candidates = most === 1 ? [columnsWithin(COLUMN, 1, labels), ...page] : page;
  return candidates.find(({ axes }) => titles <= labels + axes) ?? (candidates.at(-1) as Columns);
}

function columnsWithin(sheet: number, number: number, labels: number): Columns {
  const room = sheet - EDGE.left - EDGE.right - Y_TITLE - (number - 1) * BETWEEN.x;
  return { number, sheet, labels, axes: room / number - labels };
}

const fitsOneLine = ({ title, drawing }: Content, { labels, axes }: Columns, typesetter: Typesetter) =>
  typesetter.width(title, NORMAL, 600) + 8 + typesetter.width(drawing.samples, SMALL) <= labels + axes;

function render(title: string, sheet: Sheet, paint: Paint, typesetter: Typesetter): string {
  const [width, height] = [sheet.columns.sheet, sheet.height];
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}pt" height="${height}pt" viewBox="0 0 ${width} ${height}" font-family="${typesetter.families}" role="img">
<title>${title}</title>
<rect width="${width}" height="${height}" fill="${paint('--card')}"/>
${sheet.legend.draw(EDGE.left, EDGE.top - 2, paint)}
${sheet.cells.map((cell) => drawCell(cell, sheet.columns, paint, typesetter))}
</svg>
`.text;
}

function drawCell(cell: Cell, { labels, axes }: Columns, paint: Paint, typesetter: Typesetter): Markup {
  const { title, drawing, top, heading, column } = cell;
  const edge = EDGE.left + Y_TITLE + column * (labels + axes + BETWEEN.x);
  const box = { left: edge + labels, top, width: axes, height: AXES_HEIGHT };
  return html`${textAt(title, edge, top - heading + LINE_HEIGHT - 1.5, { size: NORMAL, weight: 600, fill: paint('--ink') })}
${textAt(drawing.samples, box.left + axes, top - 4.5, { size: SMALL, fill: paint('--muted'), anchor: 'end' })}
${drawPanel(drawing, box, cell.titles, paint, typesetter)}
${cell.titles.y && textAt(drawing.layout.yaxis.title.text, EDGE.left + NORMAL - 0.5, top + AXES_HEIGHT / 2, { size: NORMAL, fill: paint('--ink'), anchor: 'middle', upwards: true })}`;
}
