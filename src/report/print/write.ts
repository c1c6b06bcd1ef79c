// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figure } from '../drawing.ts';
import { THEMES, type Theme } from '../palette.ts';
import { type Picture, pictureOf } from './picture.ts';
import { withResolution } from './png.ts';
import { openTypesetter, type Typesetter } from './typesetter.ts';

const DPI = 300;

/**
 * Writes each choice of each figure as SVG and PNG, light and dark, into a folder: fig5.svg, fig5.png,
 * fig5.dark.svg, fig5.dark.png, and so on. The same figures give the same bytes.
 */
export async function writeFigures(figures: readonly Figure[], folder: string): Promise<void> {
  const typesetter = await openTypesetter();
  await mkdir(folder, { recursive: true });
  for (const figure of figures.filter(({ panels }) => panels.length > 0))
    for (const { id } of figure.choices) {
      const picture = pictureOf(figure, id, typesetter);
      for (const theme of Object.keys(THEMES) as Theme[])
        await writePicture(picture, theme, join(folder, fileName(figure, id, theme)), typesetter);
    }
}

async function writePicture(
  picture: Picture,
  theme: Theme,
  path: string,
  typesetter: Typesetter,
): Promise<void> {
  const { svg, png } = printed(picture, theme, typesetter);
  await replace(`${path}.svg`, svg);
  await replace(`${path}.png`, png);
}

async function replace(path: string, content: string | Buffer): Promise<void> {
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}

/** The SVG with its font within, and the PNG at 300 dots per inch. */
export function printed(
  picture: Picture,
  theme: Theme,
  typesetter: Typesetter,
): { svg: string; png: Buffer } {
  const drawn = picture.svg(theme);
  const png = typesetter.png(drawn, Math.round((picture.width * DPI) / 72));
  return {
    svg: drawn.replace('</title>', `</title>\n${typesetter.fontFaces.text}`),
    png: withResolution(png, DPI),
  };
}

/** The choice that the page shows at first has the figure's name alone. */
function fileName({ id, choices }: Figure, choice: string, theme: Theme): string {
  const words = choice === choices[0]?.id ? id : `${id}-${choice.replace(/_ms$/, '').replaceAll('_', '-')}`;
  return theme === 'light' ? words : `${words}.${theme}`;
}
