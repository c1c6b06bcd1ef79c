// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { html, type Markup } from '../page/html.ts';

const FAMILY = 'Source Sans 3';
const WEIGHTS = [400, 600] as const;
export type Weight = (typeof WEIGHTS)[number];

/**
 * The font of the figures and the one program that measures and draws with it. Both are packages (the font under the Open
 * Font License, resvg as WebAssembly), so that a figure has the same bytes on every host, with or without system fonts.
 */
export interface Typesetter {
  /** Width of the ink in the unit of `size`. */
  width(text: string, size: number, weight?: Weight): number;
  /** PNG of an SVG, `width` pixels wide. */
  png(svg: string, width: number): Uint8Array;
  /** The font within a style element, so that the SVG looks the same where it is shown. */
  readonly fontFaces: Markup;
  /** For font-family: the font, and what programs that ignore fonts within an SVG take. */
  readonly families: string;
}

let ready: Promise<Typesetter> | undefined;

export function openTypesetter(): Promise<Typesetter> {
  ready ??= open();
  return ready;
}

async function open(): Promise<Typesetter> {
  const { resolve } = createRequire(import.meta.url);
  await initWasm(await readFile(resolve('@resvg/resvg-wasm/index_bg.wasm')));
  const files = WEIGHTS.map(
    (weight) => `@fontsource/source-sans-3/files/source-sans-3-latin-${weight}-normal.woff2`,
  );
  const fonts = await Promise.all(files.map((file) => readFile(resolve(file))));
  return {
    width: rememberedWidth(fonts),
    png: (svg, width) => draw(svg, fonts, width),
    fontFaces: html`<style>${fonts.map((font, i) => fontFace(font, WEIGHTS[i] as Weight))}</style>`,
    families: `'${FAMILY}', 'Helvetica Neue', Helvetica, Arial, sans-serif`,
  };
}

const fontFace = (font: Buffer, weight: Weight): Markup =>
  html`@font-face{font-family:"${FAMILY}";font-weight:${weight};src:url(data:font/woff2;base64,${font.toString('base64')}) format("woff2")}`;

/** Each text is set once, at the size of 100, kerning included: widths grow with the size. */
function rememberedWidth(fonts: readonly Buffer[]): Typesetter['width'] {
  const known = new Map<string, number>();
  return (text, size, weight = 400) => {
    const key = `${weight} ${text}`;
    const width = known.get(key) ?? inkWidth(text, weight, fonts);
    known.set(key, width);
    return (width * size) / 100;
  };
}

function inkWidth(text: string, weight: Weight, fonts: readonly Buffer[]): number {
  const svg = html`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9" font-family="${FAMILY}" font-weight="${weight}" font-size="100">${text}</text></svg>`;
  const set = new Resvg(svg.text, optionsFor([fonts[WEIGHTS.indexOf(weight)] as Buffer]));
  const width = set.getBBox()?.width ?? 0;
  set.free();
  return width;
}

function draw(svg: string, fonts: readonly Buffer[], width: number): Uint8Array {
  const drawing = new Resvg(svg, { ...optionsFor(fonts), fitTo: { mode: 'width', value: width } });
  const image = drawing.render();
  const png = image.asPng();
  image.free();
  drawing.free();
  return png;
}

const optionsFor = (fonts: readonly Buffer[]) => ({
  font: { fontBuffers: [...fonts], defaultFontFamily: FAMILY, sansSerifFamily: FAMILY },
});
