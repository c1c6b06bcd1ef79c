// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import type { Figure } from '../drawing.ts';
import { paletteStyle } from '../palette.ts';
import { html, Markup, scriptJson } from './html.ts';

/** Texts that the page carries within itself. */
export interface Assets {
  readonly style: string;
  readonly plotly: string;
  readonly script: string;
}

interface Page {
  readonly title: string;
  /** What stands above the links to the sections. */
  readonly head: Markup;
  /** The main parts: the id of each, and what the link to it says. */
  readonly sections: readonly (readonly [id: string, label: string])[];
  readonly main: Markup;
  /** What the script draws in the blocks of `figureBlock`. */
  readonly figures: readonly Figure[];
}

/** A page in one file that asks nothing of any network; its policy forbids it to. */
export function renderShell({ title, head, sections, main, figures }: Page, assets: Assets): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(assets)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Markup(paletteStyle())}
${new Markup(assets.style)}</style>
</head>
<body>
<header>
${head}
<nav aria-label="Sections">${sections.map(([id, label]) => html`<a href="#${id}">${label}</a>`)}</nav>
</header>
<main>
${main}
</main>
<script type="application/json" id="figures">${scriptJson(figures)}</script>
<script>${new Markup(inScript(assets.plotly))}</script>
<script>${new Markup(inScript(assets.script))}</script>
</body>
</html>
`.text;
}

export const NO_SCRIPT = html`<noscript><p class="warning">The figures are drawn by a script within this page; their numbers are in the tables below them.</p></noscript>`;

/** Only the two scripts below may run, and nothing may be fetched. Plotly sets styles on elements. */
function policy({ plotly, script }: Assets): string {
  const hashes = [plotly, script].map(
    (text) => `'sha256-${createHash('sha256').update(inScript(text)).digest('base64')}'`,
  );
  return `default-src 'none'; script-src ${hashes.join(' ')}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'`;
}

const inScript = (text: string) => text.replace(/<\/script/gi, '<\\/script');
