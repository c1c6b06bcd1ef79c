// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { readAssets } from '../page/assets.ts';
import { renderHistory } from '../page/history.ts';
import { flatPoints, type History } from './history.ts';

/** Writes the page, in one file; runs whose folder has a report are linked, from where the page lies. */
export async function writeHistory(history: History, file: string): Promise<void> {
  const reports = new Map(
    history.runs
      .map(({ directory }) => [directory, join(directory, 'report.html')] as const)
      .filter(([, report]) => existsSync(report))
      .map(([directory, report]) => [directory, addressOf(relative(dirname(file), report))]),
  );
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.part`, renderHistory(history, reports, await readAssets()));
  await rename(`${file}.part`, file);
}

/** A relative path as an address: a colon in its first name would be read as a scheme. */
const addressOf = (path: string): string => `./${path.split('/').map(encodeURIComponent).join('/')}`;

/** A line for each run, metric and condition. */
export const historyCsv = (history: History): string => stringify(flatPoints(history), { header: true });
