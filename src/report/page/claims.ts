// SPDX-License-Identifier: GPL-2.0-only
import type { CheckedClaim, Claim, Claims } from '../claims.ts';
import { count, number } from '../format.ts';
import { heading, isShare, METRICS } from '../metrics.ts';
import type { Summary } from '../summary.ts';
import { type ClaimResult, limits } from '../verdict.ts';
import { expectation, MARKS, measurement, STATISTICS, told } from '../wording.ts';
import { html, type Markup } from './html.ts';

/** Expected against measured, a claim of the paper each. */
export function claimsSection(summary: Summary, claims: Claims | null): Markup {
  if (!claims)
    return html`<section id="claims"><h2>Claims</h2><p>The experiment names no claims.</p></section>`;
  const { paper } = claims;
  return html`<section id="claims">
<h2>Expected against measured</h2>
<p class="lede">${paper.authors.join(', ')}. <cite>${paper.title}</cite>. ${paper.venue}${paper.year ? `, ${paper.year}` : ''}.</p>
<ol class="claims">${summary.claims.map(claimItem)}</ol>
</section>`;
}

function claimItem(result: ClaimResult): Markup {
  const { claim, verdict } = result;
  const informational = claim.status === 'checked' && claim.informational;
  return html`<li class="claim" id="claim-${claim.id}" data-verdict="${verdict}"${informational && ' data-informational'}>
<p class="verdict"><span class="mark" aria-hidden="true">${MARKS[verdict]}</span> ${verdict}${informational && html` <small>informational</small>`}</p>
<div class="claim-text"><h3>${claim.text}</h3><p class="source">${claim.source}${claim.status === 'checked' && claim.figure ? `, figure ${claim.figure}` : ''}</p></div>
${claim.status === 'checked' ? numbers(claim, result) : html`<p class="needs">${unmeasured(claim)}</p>`}
</li>`;
}

function unmeasured(claim: Exclude<Claim, CheckedClaim>): string {
  if (claim.status === 'elsewhere') return `miglab run ${claim.experiment} says what it finds.`;
  return claim.needs ? `Needs ${claim.needs}.` : 'Nothing measures it yet.';
}

function numbers(claim: CheckedClaim, result: ClaimResult): Markup {
  return html`<div class="side"><dl class="numbers">
<div><dt>Expected</dt><dd>${expectation(claim)}</dd></div>
<div><dt>Measured</dt><dd>${measurement(result)}</dd></div>
</dl>
${strip(claim, result)}</div>
<p class="what">${METRICS[claim.metric].label}: ${STATISTICS[claim.statistic]}; ${count(result.rows, 'row')}${scope(claim)}.
${claim.bounds_from === 'reading' ? 'The bound is our reading.' : 'The bound is the paper’s.'} ${claim.bounds_reason}</p>
${result.verdict === 'reproduced' ? null : cause(claim, result)}`;
}

function scope({ where }: CheckedClaim): string {
  const { above, below } = where.image_mb ?? {};
  return [
    where.role ? `, ${where.role}` : ', all roles',
    above === undefined ? '' : `, above ${number(above)} MB`,
    below === undefined ? '' : `, below ${number(below)} MB`,
    where.statuses.join() === 'valid' ? '' : `, ${where.statuses.join(' and ')}`,
  ].join('');
}

function cause(claim: CheckedClaim, { measured, because, explanation }: ClaimResult): Markup {
  if (!measured) return html`<p class="cause">Why: ${because}</p>`;
  return html`<details class="cause" open><summary>Why: ${because}</summary>
${explanation.some((e) => e.medians.length > 0) && explanationTable(explanation)}
${claim.differs.map((note) => html`<p>${note}</p>`)}
</details>`;
}

function explanationTable(explanation: ClaimResult['explanation']): Markup {
  const sizes = [...new Set(explanation.flatMap((e) => e.medians.map((m) => m.image_mb)))].sort(
    (a, b) => a - b,
  );
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Medians that show the cause"><table class="compact">
<thead><tr><th scope="col">Median at image size</th>${sizes.map((size) => html`<th scope="col" class="num">${size} MB</th>`)}</tr></thead>
<tbody>${explanation.map(
    (e) =>
      html`<tr><th scope="row">${heading(e.metric)}</th>${sizes.map(
        (size) =>
          html`<td class="num">${told(e.metric, e.medians.find((m) => m.image_mb === size)?.value)}</td>`,
      )}</tr>`,
  )}</tbody></table></div>`;
}

/** A scale with the expected range as a band, the measured value as a dot and its interval as a line. */
function strip(claim: CheckedClaim, { measured }: ClaimResult): Markup | null {
  if (!measured) return null;
  const { least, most } = limits(claim);
  const ends = [least, most, measured.low, measured.value, measured.high, ...naturalEnds(claim)].filter(
    Number.isFinite,
  );
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  if (low === high) return null;
  const place = (value: number) =>
    rounded(3 + (94 * (Math.min(Math.max(value, low), high) - low)) / (high - low));
  const from = Number.isFinite(least) ? place(least) : 0;
  const to = Number.isFinite(most) ? place(most) : 100;
  return html`<svg class="strip" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
<line class="axis" x1="0" x2="100" y1="5" y2="5"/><rect class="expected" x="${from}" width="${Math.max(to - from, 0.6)}" y="0" height="10"/>
<line class="interval" x1="${place(measured.low)}" x2="${place(measured.high)}" y1="5" y2="5"/>
<line class="value" x1="${place(measured.value)}" x2="${place(measured.value)}" y1="1" y2="9"/></svg>`;
}

/** A count starts at none, and a share ends at the whole. */
function naturalEnds(claim: CheckedClaim): number[] {
  if (claim.statistic === 'change-over-sizes') return [];
  return isShare(claim.metric) ? [0, 1] : [0];
}

const rounded = (value: number) => Math.round(value * 100) / 100;
