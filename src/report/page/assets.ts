// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Assets } from './shell.ts';

/** The style, the drawing library and the script that pages carry within themselves. */
export async function readAssets(): Promise<Assets> {
  const plotlyPath = createRequire(import.meta.url).resolve('plotly.js-cartesian-dist-min');
  const [style, script, plotly] = await Promise.all([
    readFile(new URL('report.css', import.meta.url), 'utf8'),
    readFile(new URL('report.client.js', import.meta.url), 'utf8'),
    readFile(plotlyPath, 'utf8'),
  ]);
  return { style, script, plotly };
}
