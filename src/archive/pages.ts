// SPDX-License-Identifier: GPL-2.0-only
import { capitalised, count } from '../report/format.ts';
import { html, type Markup, Markup as Raw } from '../report/page/html.ts';
import type { About, ArchivedRun } from './about.ts';
import { aboutName, sumsName } from './contents.ts';

/** index.html: everything of an archive by relative links; it needs no network and no script. Pure. */
export const indexPage = (about: About, runs: readonly ArchivedRun[], paths: readonly string[]): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Results of miglab</title>
<style>${new Raw(style)}</style>
</head>
<body>
<h1>Results of miglab</h1>
<p>Written by miglab ${about.miglab}${about.source.describe && html`, source <code>${about.source.describe}</code>`}. ${link('README.txt')} says how to check and to analyse them again; ${link(sumsName)} has the sum of each file, ${link('claims.csv')} the claims as a table, ${link(aboutName)} what this archive is of.</p>
${!about.captures && html`<p>Captures were left out: the numbers cannot be derived again.</p>`}
${about.otherLocks.length > 0 && html`<p>The runs were made with other locks than those of this archive: ${about.otherLocks.join(', ')}.</p>`}
${runs.map(runSection)}
<h2>To read them</h2>
<ul>${paths.filter((path) => !path.startsWith('runs/')).map((path) => html`<li>${link(path)}</li>`)}</ul>
</body>
</html>
`.text;

function runSection({ id, evidence, assessments, files }: ArchivedRun): Markup {
  const top = files.filter((path) => path.split('/').length === 3);
  const below = files.filter((path) => !top.includes(path));
  return html`<h2 id="${id}">${evidence?.title ?? id}</h2>
<p>Run <code>${id}</code>${evidence && html`: ${evidence.experiment}, ${evidence.started.slice(0, 10)}, ${evidence.clock} clock, ${evidence.circumstances.accelerator}`}.</p>
<ul>${top.map((path) => html`<li>${link(path, path.split('/').at(-1))}</li>`)}</ul>
${assessments.length > 0 && claims(assessments)}
${below.length > 0 && html`<details><summary>${count(below.length, 'file')} of cells and figures</summary><ul>${below.map((path) => html`<li>${link(path, path.split('/').slice(2).join('/'))}</li>`)}</ul></details>`}`;
}

const heads = ['Claim', 'Source', 'Expected', 'Measured', 'Verdict', 'Stated'];

const claims = (assessments: ArchivedRun['assessments']): Markup => html`<table>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${assessments.map(
  ({ claim, expected, bounds, measured, verdict, because, stated, agreement }) =>
    html`<tr><th scope="row">${claim.text}</th><td>${claim.source}</td><td>${expected} (${bounds})</td><td>${measured ?? because}</td><td>${verdict}</td><td>${stated ? capitalised(`${stated}: ${agreement}`) : '–'}</td></tr>
`,
)}</tbody></table>`;

const link = (path: string, text = path): Markup =>
  html`<a href="${path.split('/').map(encodeURIComponent).join('/')}">${text}</a>`;

const style =
  'body{font:16px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em}table{border-collapse:collapse}' +
  'th,td{border:1px solid #8888;padding:.3em .6em;text-align:left;vertical-align:top;font-weight:normal}';

/** README.txt: what to do with an archive, with and without miglab. Pure. */
export const readme = ({
  miglab,
  source,
  captures,
  runs,
}: About): string => `Results of miglab ${miglab}${source.describe ? `, source ${source.describe}` : ''}

Look:            open index.html in a browser; nothing is fetched.
Check:           sha256sum -c ${sumsName}
                 In this folder. With miglab: miglab archive --check FILE does that, and ${captures ? 'derives the numbers\n                 from the captures again.' : 'nothing more: captures were\n                 left out.'}
Formats:         docs/results-format.md; each table is a CSV with a heading.

Analyse again, without QEMU, in a checkout of miglab${source.commit ? ` (git checkout ${source.commit})` : ''} after npm ci,
DIR being this folder:
${runs.map((id) => `                 npx miglab report DIR/runs/${id}`).join('\n')}
That computes measurements.csv from the captures and draws report.html anew. To judge by the claims alone:
                 npx miglab verify --full --runs DIR/runs/RUN

What miglab wrote is as miglab is: see LICENSE and CITATION.cff.
`;
