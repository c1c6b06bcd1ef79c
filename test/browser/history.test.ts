// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findProgram } from '../../src/host/packages.ts';
import { historyOf } from '../../src/report/history/history.ts';
import { writeHistory } from '../../src/report/history/write.ts';
import { runsOverTime } from '../unit/report/history/runs-over-time.ts';

let browser: Browser;
let page: Page;
const said: string[] = [];
const asked: string[] = [];

beforeAll(async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'miglab-history-')), 'history.html');
  await writeHistory(historyOf(runsOverTime(), ['freeze_ms', 'window_kept']), file);
  const executablePath = findProgram('chromium');
  if (!executablePath) throw new Error('no chromium on this host: `npm test` installs it');
  browser = await chromium.launch({ executablePath });
  page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme: 'light' });
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(`error: ${error.message}`));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(pathToFileURL(file).href);
});
afterAll(() => browser?.close());

const axes = (panel: number) => page.locator(`[data-figure="history"] [data-panel="${panel}"]`);

test('every run is a mark on each size’s line, in each condition’s panel', async () => {
  expect(await axes(0).locator('.scatterlayer .point').count()).toBe(4 * 5);
  expect(await axes(1).locator('.scatterlayer .point').count()).toBe(4);
  expect(await axes(0).locator('.legendtext').allTextContents()).toEqual([
    ...['1 MB', '5 MB', '10 MB', '20 MB', '50 MB'],
  ]);
  expect(await axes(0).locator('.xtick text').allTextContents()).toContain('2026-01-04');
});

test('another metric draws its own numbers; nothing is said on the console, nothing asked of a network', async () => {
  await page.getByText('Window kept', { exact: true }).first().click();
  expect(await axes(0).locator('.ytitle').textContent()).toBe('Window kept (% of before)');
  expect(said).toEqual([]);
  expect(asked.filter((url) => !/^(data|blob):/.test(url))).toEqual([page.url()]);
});
