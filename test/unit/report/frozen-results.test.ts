// SPDX-License-Identifier: GPL-2.0-only
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, onTestFinished, test } from 'vitest';
import { analyseRun } from '../../../src/analysis/run.ts';
import { readRun } from '../../../src/report/results.ts';
import { writeReport } from '../../../src/report/write.ts';
import { finishedAttempts } from '../../../src/run/attempt.ts';
import { planAsBegun } from '../../../src/run/plan-again.ts';
import { readPlanFile } from '../../../src/run/plan-file.ts';

/** A run in format 1, as its first miglab wrote it. It is never renewed: other people's folders are not either. */
const frozen = 'test/fixtures/results-1';
const cell = '01-duplex-5mb-r0.022-p0.0154';

function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'miglab-frozen-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(frozen, folder, { recursive: true });
  return folder;
}

const table = (folder: string, name: string): Record<string, string>[] =>
  parse(readFileSync(join(folder, name)), { columns: true });

test('its record and tables are read as they are', async () => {
  const { record, rows, windows } = await readRun(frozen);
  expect(record).toMatchObject({ version: 1, id: 'frozen-20260102t030405z', state: 'complete' });
  expect(rows.map(({ status, delay_ms }) => [status, delay_ms])).toEqual([
    ['valid', 110.86],
    ['valid', 115.434],
  ]);
  expect(windows).toHaveLength(150);
});

test.each(['measurements.csv', 'windows.csv'])(
  'its captures still give the %s that was written then',
  async (name) => {
    const folder = copy();
    await analyseRun(folder);
    const then = table(frozen, name);
    const columns = Object.keys(then[0] ?? {});
    const now = table(folder, name).map((row) =>
      Object.fromEntries(columns.map((column) => [column, row[column]])),
    );
    expect(now).toEqual(then);
  },
);

test('a report is drawn of it', async () => {
  const { summary, html } = await writeReport(copy());
  expect(summary.counts).toMatchObject({ rows: 2, valid: 2, invalid: 0 });
  expect(readFileSync(html, 'utf8')).toContain('A frozen run of two migrations');
});

test('its plan makes the cells that it made then', async () => {
  const began = await readPlanFile(frozen);
  const { cells } = JSON.parse(readFileSync(join(frozen, 'plan.json'), 'utf8'));
  expect(planAsBegun(began).cells).toEqual(cells);
  expect(await finishedAttempts(frozen)).toMatchObject([{ cell, attempt: 1, problem: '' }]);
});

test.each([
  ['run.json', readRun],
  ['plan.json', readPlanFile],
  [`cells/${cell}/cell.json`, analyseRun],
  [`cells/${cell}/attempt.json`, finishedAttempts],
])('%s of a newer version is refused', async (name, read) => {
  const folder = copy();
  const file = join(folder, name);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"version": 1', '"version": 2'));
  await expect(read(folder)).rejects.toMatchObject({
    exitCode: 64,
    message: expect.stringMatching(
      /\.json\b.*: version: version 2, of a newer miglab; expected \w+\.json of version 1, or take that miglab/,
    ),
  });
});

test('what a later miglab adds is passed over: keys, columns', async () => {
  const folder = copy();
  const later = (name: string, change: (text: string) => string) =>
    writeFileSync(join(folder, name), change(readFileSync(join(folder, name), 'utf8')));
  later('run.json', (text) => text.replace('"version": 1,', '"version": 1, "colour": "red",'));
  later('measurements.csv', (text) => text.replaceAll(/$(?<=.)/gm, ',9').replace(/,9\n/, ',colour\n'));
  expect((await readRun(folder)).rows).toEqual((await readRun(frozen)).rows);
});
