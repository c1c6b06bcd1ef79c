// SPDX-License-Identifier: GPL-2.0-only
import { median } from 'simple-statistics';
import type { Measurement } from '../../analysis/measurement.ts';
import type { Figure } from '../drawing.ts';
import { conditionTitle } from '../figures.ts';
import { number } from '../format.ts';
import { heading, METRICS, type Metric } from '../metrics.ts';
import { bySize } from '../statistics.ts';
import { conditionsOf, rowsOf } from '../summary.ts';
import { told } from '../wording.ts';
import { html, type Markup } from './html.ts';

/** Axes for the script to draw in, with the choice above and each panel's number of samples below. */
export function figureBlock(figure: Figure, label: string, text: string): Markup {
  return html`<div class="figure" data-figure="${figure.id}">
${figure.choices.length > 1 && choiceBar(figure, label)}
<div class="panels">${figure.panels.map(
    (
      panel,
      index,
    ) => html`<figure class="panel"><figcaption><b>${panel.title}</b><span class="samples">${panel.drawings[figure.choices[0]?.id ?? '']?.samples}</span></figcaption>
<div class="plot" data-panel="${index}" role="img" aria-label="${label}, ${panel.title}; the same numbers are in the table below"></div></figure>`,
  )}</div>
<p class="caption"><b>${label}.</b> ${text}</p>
</div>`;
}

function choiceBar({ id, choices }: Figure, label: string): Markup {
  return html`<fieldset class="choice"><legend class="away">${label} shows</legend>${choices.map(
    (choice, index) =>
      html`<label><input type="radio" name="${id}" value="${choice.id}"${index === 0 && ' checked'}><span>${choice.label}</span></label>`,
  )}</fieldset>`;
}

/** Median and range of valid rows by size: what the figure shows, for those who can't see or draw it. */
export function sizesTable(
  metrics: readonly Metric[],
  rows: readonly Measurement[],
  caption: string,
): Markup {
  const lines = conditionsOf(rows).flatMap((condition) => {
    const valid = rowsOf(condition, rows).filter((row) => row.status === 'valid');
    return [...bySize(valid.map((row) => ({ size: row.image_mb, row })))].map(([size, group]) => ({
      condition: conditionTitle(condition),
      size,
      rows: group.map((g) => g.row),
    }));
  });
  return html`<details class="table"><summary>${caption}</summary><div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table>
<thead><tr><th scope="col">Condition</th><th scope="col" class="num">Image (MB)</th><th scope="col" class="num">n</th>
${metrics.map((metric) => html`<th scope="col" class="num">${heading(metric)}</th>`)}</tr></thead>
<tbody>${lines.map(
    (
      line,
    ) => html`<tr><td>${line.condition}</td><td class="num">${number(line.size)}</td><td class="num">${line.rows.length}</td>
${metrics.map((metric) => html`<td class="num">${spread(metric, line.rows)}</td>`)}</tr>`,
  )}</tbody></table></div></details>`;
}

function spread(metric: Metric, rows: readonly Measurement[]): string {
  const values = rows.map((row) => METRICS[metric].value(row)).filter((value) => value !== null);
  if (values.length === 0) return '–';
  const middle = told(metric, median(values));
  return `${middle} (${told(metric, Math.min(...values))} to ${told(metric, Math.max(...values))})`;
}
