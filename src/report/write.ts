// SPDX-License-Identifier: GPL-2.0-only
import { access, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { claimsPath } from '../spec/catalogue.ts';
import { type Claims, readClaims } from './claims.ts';
import { readAssets } from './page/assets.ts';
import { renderPage } from './page/page.ts';
import { writeFigures } from './print/write.ts';
import { type Run, readRun } from './results.ts';
import { figuresOf } from './run-figures.ts';
import { type Summary, summarise } from './summary.ts';
import { renderSummary } from './terminal.ts';

interface Report {
  readonly html: string;
  readonly figures: string;
  readonly summary: Summary;
  readonly text: string;
}

/**
 * Writes report.html and figures/ into results/<run-id>/ from the files that lie there. The claims are the run's own copy, claims.yml
 * beside run.json, or else the file that the experiment names, from the working directory or the package.
 *
 * @returns the paths of the page and of the figures' folder, the summary, and the summary as text for a terminal.
 * @throws Fault (64) on a file that is missing or not as its format demands.
 */
export async function writeReport(runDir: string): Promise<Report> {
  const run = await readRun(runDir);
  const claims = await claimsOf(runDir, run);
  const summary = summarise(run, claims);
  const html = join(runDir, 'report.html');
  await writeFile(`${html}.part`, renderPage(run, claims, summary, await readAssets()));
  await rename(`${html}.part`, html);
  const figures = join(runDir, 'figures');
  await writeFigures(figuresOf(run, claims), figures);
  return { html, figures, summary, text: renderSummary(summary) };
}

async function claimsOf(runDir: string, { record }: Run): Promise<Claims | null> {
  const own = join(runDir, 'claims.yml');
  if (await exists(own)) return readClaims(own);
  const { claims } = record.experiment;
  return claims ? readClaims(claimsPath(claims)) : null;
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
