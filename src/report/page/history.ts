// SPDX-License-Identifier: GPL-2.0-only
import { conditionKey, conditionTitle } from '../compare/condition.ts';
import { count, number } from '../format.ts';
import { groupBy } from '../grouping.ts';
import { historyFigure } from '../history/figure.ts';
import type { History, HistoryPoint, HistoryRun } from '../history/history.ts';
import { heading, isShare, METRICS, type Metric } from '../metrics.ts';
import { figureBlock } from './figures.ts';
import { html, type Markup } from './html.ts';
import { type Assets, NO_SCRIPT, renderShell } from './shell.ts';

const SECTIONS = [
  ['history', 'Over time'],
  ['runs', 'Runs'],
  ['definitions', 'Definitions'],
] as const;

/** history.html. @param reports where the report of a run is, from the page, by its folder */
export function renderHistory(
  history: History,
  reports: ReadonlyMap<string, string>,
  assets: Assets,
): string {
  const figure = historyFigure(history);
  const metrics = figure.choices.map(({ id }) => id as Metric);
  const head = html`<p class="kicker">miglab history</p>
<h1>${count(history.runs.length, 'run')} over time</h1>
<p class="result">${spanOf(history.runs)}</p>`;
  const main = html`<section id="history"><h2>Over time</h2>${NO_SCRIPT}
${figureBlock(figure, 'Medians over time', 'Each mark is the median over the seeds of one run, at the time when the run began; its stroke is the 95% bootstrap interval. Runs of another clock, receive buffer, rate or impairment have a panel of their own.')}
${[...groupBy(history.points, ({ condition }) => conditionKey(condition)).values()].map((points) => conditionTable(points, metrics))}</section>
${runsSection(history.runs, reports)}
<section id="definitions"><h2>How each number is defined</h2>
<dl class="definitions">${metrics.map((metric) => html`<div><dt>${heading(metric)}</dt><dd>${METRICS[metric].definition}</dd></div>`)}</dl></section>`;
  const title = `miglab history – ${count(history.runs.length, 'run')}`;
  return renderShell({ title, head, sections: SECTIONS, main, figures: [figure] }, assets);
}

const spanOf = (runs: readonly HistoryRun[]): string => {
  const [first, last] = [runs[0], runs.at(-1)];
  return first && last ? `From ${time(first.started)} to ${time(last.started)}.` : '';
};

/** The figure's numbers under one condition, for those who can't see or draw it. */
function conditionTable(points: readonly HistoryPoint[], metrics: readonly Metric[]): Markup {
  const [first] = points;
  if (!first) return html``;
  const caption = conditionTitle(first.condition);
  return html`<details class="table"><summary>${caption}</summary><div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table>
<thead><tr><th scope="col">Run</th><th scope="col" class="num">Seeds</th>${metrics.map((metric) => html`<th scope="col" class="num">${heading(metric)}</th>`)}</tr></thead>
<tbody>${[...groupBy(points, ({ run }) => run)].map(
    ([run, own]) =>
      html`<tr><th scope="row">${run.id}</th><td class="num">${Math.max(...own.map(({ seeds }) => seeds))}</td>${metrics.map(
        (metric) => html`<td class="num">${told(own.find((point) => point.metric === metric))}</td>`,
      )}</tr>`,
  )}</tbody></table></div></details>`;
}

function told(point: HistoryPoint | undefined): string {
  if (!point) return '–';
  const tell = (value: number) => (isShare(point.metric) ? `${number(value * 100)}%` : number(value));
  return `${tell(point.value)} (${tell(point.low)} to ${tell(point.high)})`;
}

function runsSection(runs: readonly HistoryRun[], reports: ReadonlyMap<string, string>): Markup {
  return html`<section id="runs"><h2>Runs</h2>
<div class="scroll" tabindex="0" role="group" aria-label="All runs"><table class="rows">
<thead><tr><th scope="col">Run</th><th scope="col">Begun (UTC)</th><th scope="col">Experiment</th><th scope="col">Clock</th><th scope="col">Commit</th>
<th scope="col">Module</th><th scope="col">Kernel</th><th scope="col" class="num">Valid</th><th scope="col" class="num">Invalid</th><th scope="col" class="num">Inconclusive</th></tr></thead>
<tbody>${runs.map((run) => runRow(run, reports.get(run.directory)))}</tbody></table></div></section>`;
}

function runRow(run: HistoryRun, report: string | undefined): Markup {
  const { id, started, state, experiment, clock, commit, dirty, module, kernel, counts } = run;
  const short = (hash: string | null) => (hash ? html`<code>${hash.slice(0, 12)}</code>` : '–');
  return html`<tr><th scope="row">${report ? html`<a href="${report}">${id}</a>` : id}${state !== 'complete' && ' (not finished)'}</th><td>${time(started)}</td><td>${experiment}</td><td>${clock}</td>
<td>${short(commit)}${dirty && ' with changes'}</td><td>${short(module)}</td><td>${kernel ?? '–'}</td>
<td class="num">${counts.valid}</td><td class="num">${counts.invalid}</td><td class="num">${counts.inconclusive}</td></tr>
`;
}

const time = (started: string): string => started.replace('T', ' ').replace(/(:\d\d)(\.\d+)?Z$/, '$1');
