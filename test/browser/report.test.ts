// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findProgram } from '../../src/host/packages.ts';
import { THEMES } from '../../src/report/palette.ts';
import { writeReport } from '../../src/report/write.ts';
import { measurementsCsv, record, row, rowsBySize, sample, windowsCsv } from '../unit/report/rows.ts';

const rows = [
  ...rowsBySize('delay_ms', { 1: [61, 62, 63], 10: [64, 65, 66], 50: [67, 68, 69] }),
  row({ image_mb: 50, rep: 4, status: 'invalid', reason: 'rst', delay_ms: 90 }),
  row({ image_mb: 5, role: 'sink', delay_ms: 31.25 }),
];
const times = [-200, 0, 150, 300];
let browser: Browser;
let page: Page;
const said: string[] = [];
const asked: string[] = [];

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'miglab-page-'));
  await writeFile(join(dir, 'run.json'), JSON.stringify(record));
  await writeFile(join(dir, 'measurements.csv'), measurementsCsv(rows));
  const samples = rows.flatMap((r) => times.map((t) => sample(r, t, 64_000 - 100 * Math.max(0, t))));
  await writeFile(join(dir, 'windows.csv'), windowsCsv(samples));
  const { html } = await writeReport(dir);
  const executablePath = findProgram('chromium');
  if (!executablePath) throw new Error('no chromium on this host: `npm test` installs it');
  browser = await chromium.launch({ executablePath });
  page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme: 'light' });
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(`error: ${error.message}`));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(pathToFileURL(html).href);
});
afterAll(() => browser?.close());

const axes = (figure: string, panel = 0) => page.locator(`[data-figure="${figure}"] [data-panel="${panel}"]`);
const points = (figure: string, panel = 0) => axes(figure, panel).locator('.scatterlayer .point');

test('every row that was measured is a point, and every size a curve', async () => {
  expect(await points('fig5').count()).toBe(10);
  expect(await points('fig5', 1).count()).toBe(1);
  // Nine curves, and the mark of each of the three sizes.
  expect(await axes('fig6').locator('.scatterlayer .trace').count()).toBe(12);
  expect(await points('fig6').count()).toBe(3);
  expect(await page.locator('[data-figure="fig5"] .samples').first().textContent()).toBe(
    'n = 9, 1 not valid',
  );
  expect(await axes('fig5').locator('.ytitle').textContent()).toBe('Delay (ms)');
});

test('the pointer over a point shows its value and its row', async () => {
  const point = points('fig5', 1);
  await point.scrollIntoViewIfNeeded();
  const box = await point.boundingBox();
  await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2);
  const label = axes('fig5', 1).locator('.hoverlayer .hovertext');
  await label.first().waitFor({ timeout: 5000 });
  expect((await label.allTextContents()).join()).toMatch(/^31\.25 ms.*duplex-5, rep 1, valid/);
});

test('another choice draws its own numbers, with their unit', async () => {
  await page.getByText('Smallest window', { exact: true }).click();
  expect(await axes('fig6-minimum').locator('.ytitle').textContent()).toBe('Smallest window (bytes)');
  await page.getByText('Header field', { exact: true }).click();
  expect(await axes('fig6').locator('.ytitle').textContent()).toBe('Window field (unscaled)');
});

test('the colours follow the reader’s choice of light or dark', async () => {
  for (const [scheme, theme] of Object.entries(THEMES)) {
    await page.emulateMedia({ colorScheme: scheme as 'light' | 'dark' });
    const style = (element: string, property: string) =>
      page.evaluate(`getComputedStyle(document.querySelector('[data-figure=fig5] ${element}')).${property}`);
    await expect.poll(() => style('.js-line', 'stroke')).toBe(rgb(theme.line));
    expect(await style('.main-svg', 'backgroundColor')).toBe(rgb(theme.card));
  }
});

test('the page says nothing on the console, and asks for nothing but itself', () => {
  expect(said).toEqual([]);
  expect(asked.filter((url) => !/^(data|blob):/.test(url))).toEqual([page.url()]);
});

const rgb = (hex: string) =>
  `rgb(${[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(', ')})`;
