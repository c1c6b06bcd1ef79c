// SPDX-License-Identifier: GPL-2.0-only
import type { Claims } from '../claims.ts';
import type { Figure } from '../drawing.ts';
import { FIG5_METRICS, FIG6_MINIMA } from '../figures.ts';
import type { Run } from '../results.ts';
import { figuresOf } from '../run-figures.ts';
import type { Summary } from '../summary.ts';
import { rowCounts, verdictCounts } from '../terminal.ts';
import { claimsSection } from './claims.ts';
import { definitionsSection, differencesSection, repeatSection, runSection } from './facts.ts';
import { figureBlock, sizesTable } from './figures.ts';
import { html, type Markup } from './html.ts';
import { rowsSection } from './rows.ts';
import { settingsSection } from './settings.ts';
import { type Assets, NO_SCRIPT, renderShell } from './shell.ts';

/** report.html of a run. */
export function renderPage(run: Run, claims: Claims | null, summary: Summary, assets: Assets): string {
  const figures = figuresOf(run, claims);
  const { record } = run;
  const head = html`<p class="kicker">miglab report</p>
<h1>${record.experiment.title}</h1>
<p class="result">${rowCounts(summary)}.${summary.claims.length > 0 && ` Claims: ${verdictCounts(summary)}.`}</p>
${record.state !== 'complete' && html`<p class="warning">The run did not finish; this is what it had measured until then.</p>`}
${record.module.broken && html`<p class="warning">The module was built with a deliberate fault for a test: ${record.module.broken}.</p>`}`;
  const main = html`${claimsSection(summary, claims)}
${figuresSections(run, figures)}
${runSection(record, summary)}
${settingsSection(run)}
${differencesSection(record, claims)}
${definitionsSection()}
${rowsSection(run, summary)}
${repeatSection(record)}`;
  const title = `${record.experiment.title} – ${record.id}`;
  return renderShell({ title, head, sections: SECTIONS, main, figures }, assets);
}

const SECTIONS = [
  ['claims', 'Claims'],
  ['fig5', 'Figure 5'],
  ['fig6', 'Figure 6'],
  ['run', 'What was run'],
  ['definitions', 'Definitions'],
  ['rows', 'Every row'],
  ['repeat', 'Repeat it'],
] as const;

function figuresSections({ rows }: Run, [fig5, fig6, minima]: readonly [Figure, Figure, Figure]): Markup {
  return html`<section id="fig5"><h2>Figure 5: delay by image size</h2>${NO_SCRIPT}
${figureBlock(fig5, 'Figure 5', 'Each circle is one valid migration, the line joins their medians. Crosses are rows that are not valid, where they were measured at all. The shaded band is what the paper measured on its machines.')}
${sizesTable(FIG5_METRICS, rows, 'Numbers of figure 5: median (smallest to largest) of valid rows')}</section>
<section id="fig6"><h2>Figure 6: window by image size</h2>${NO_SCRIPT}
${
  fig6.panels.length > 0
    ? figureBlock(
        fig6,
        'Figure 6',
        'The window that the migrating endpoint advertises, from the freeze on. For each size the migration with the median smallest window is drawn in full, with a mark where it is lowest, the others faintly. ' +
          'Curves of more than 1,000 segments keep the first, last, lowest and highest of each 250th of their length.',
      )
    : html`<p>No window was recorded in a valid migration.</p>`
}
${figureBlock(minima, 'Figure 6, smallest window', 'How far the window falls: the smallest around the move, as a share of the window before it, or in bytes.')}
${sizesTable(['window_before', ...FIG6_MINIMA], rows, 'Numbers of figure 6: median (smallest to largest) of valid rows')}</section>`;
}
