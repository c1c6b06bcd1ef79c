// SPDX-License-Identifier: GPL-2.0-only
import type { Colour } from './palette.ts';

/*
 * What a figure shows. The words are Plotly's, which draws it in the page; print/ draws the same without a browser and
 * knows just these words. Lengths are pixels of the page.
 */

export type Dash = 'solid' | 'dash' | 'dot' | 'dashdot' | 'longdash' | 'longdashdot';
export type MarkerSymbol =
  | 'circle'
  | 'circle-open'
  | 'square'
  | 'diamond'
  | 'triangle-up'
  | 'triangle-down'
  | 'cross'
  | 'x-thin';

interface Stroke {
  readonly color: Colour;
  readonly width: number;
  readonly dash?: Dash;
  /** A step: the value holds until the next one. */
  readonly shape?: 'hv';
}

export interface Marker {
  readonly symbol: MarkerSymbol;
  readonly size: number;
  readonly color?: Colour;
  readonly line?: { readonly color?: Colour; readonly width: number };
}

export interface Trace {
  readonly name: string;
  readonly mode: 'lines' | 'markers' | 'lines+markers';
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly line?: Stroke;
  readonly marker?: Marker;
  readonly opacity?: number;
  readonly showlegend: boolean;
  readonly legendgroup?: string;
  readonly legendrank?: number;
  readonly text?: readonly string[];
  readonly hoverinfo?: 'skip';
  readonly hovertemplate?: string;
}

export interface Axis {
  readonly title: { readonly text: string };
  readonly type?: 'log';
  /** Of a logarithmic axis the logarithms, base 10. */
  readonly range: readonly [number, number];
  readonly tickvals?: readonly number[];
  readonly ticktext?: readonly string[];
  readonly tickformat?: ',.0%' | ',';
  readonly zeroline?: false;
}

interface ShapeInLegend {
  readonly name: string;
  readonly showlegend: true;
  readonly legendrank?: number;
  readonly layer: 'below';
}
/** A horizontal band across the axes, behind everything. */
interface BandShape extends ShapeInLegend {
  readonly type: 'rect';
  readonly xref: 'paper';
  readonly x0: 0;
  readonly x1: 1;
  readonly y0: number;
  readonly y1: number;
  readonly fillcolor: Colour;
  readonly line: { readonly width: 0 };
}
/** A vertical line from the bottom of the axes to the top. */
interface RuleShape extends ShapeInLegend {
  readonly type: 'line';
  readonly x0: number;
  readonly x1: number;
  readonly yref: 'paper';
  readonly y0: 0;
  readonly y1: 1;
  readonly line: { readonly color: Colour; readonly width: number; readonly dash: Dash };
}
export type Shape = BandShape | RuleShape;

interface Layout {
  readonly xaxis: Axis;
  readonly yaxis: Axis;
  readonly shapes: readonly Shape[];
}

export interface Drawing {
  readonly data: readonly Trace[];
  readonly layout: Layout;
  /** The number of samples that are drawn: n = … */
  readonly samples: string;
}

/** One set of axes, drawn once for each choice (a metric, a unit) that the reader can take. */
interface Panel {
  readonly title: string;
  readonly drawings: Readonly<Record<string, Drawing>>;
}

export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly choices: readonly { readonly id: string; readonly label: string }[];
  readonly panels: readonly Panel[];
}
