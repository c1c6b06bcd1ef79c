// SPDX-License-Identifier: GPL-2.0-only
import { html, type Markup } from '../page/html.ts';
import { rounded } from './traces.ts';
import type { Weight } from './typesetter.ts';

/** Sizes in points: what a column of a paper is read at. */
export const SMALL = 7;
export const NORMAL = 7.5;
/** From one baseline to the next. */
export const LINE_HEIGHT = 10;

interface Style {
  readonly size: number;
  readonly fill: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly weight?: Weight;
  /** Turned a quarter to the left around its place. */
  readonly upwards?: boolean;
}

export function textAt(
  text: string,
  x: number,
  y: number,
  { size, fill, anchor = 'start', weight = 400, upwards }: Style,
): Markup {
  const [px, py] = [rounded(x), rounded(y)];
  return html`<text x="${px}" y="${py}" font-size="${size}" fill="${fill}"${anchor !== 'start' && html` text-anchor="${anchor}"`}${weight !== 400 && html` font-weight="${weight}"`}${upwards && html` transform="rotate(-90 ${px} ${py})"`}>${text}</text>
`;
}
