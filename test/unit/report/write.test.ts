// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeReport } from '../../../src/report/write.ts';
import { measurementsCsv, record, row, rowsBySize, sample, windowsCsv } from './rows.ts';

const rows = [
  ...rowsBySize('delay_ms', { 1: [61, 62, 63], 10: [64, 65, 66], 50: [67, 68, 69] }),
  row({
    cell: 'sink-5',
    role: 'sink',
    image_mb: 5,
    status: 'invalid',
    rst: 1,
    delay_ms: 31.25,
    reason: '</script><b>rst & "more"</b>',
  }),
];
let dir: string;
let page: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'miglab-report-'));
  await writeRun(record);
  page = await readFile((await writeReport(dir)).html, 'utf8');
});
afterAll(() => rm(dir, { recursive: true }));

async function writeRun(run: object) {
  await writeFile(join(dir, 'run.json'), JSON.stringify(run));
  await writeFile(join(dir, 'measurements.csv'), measurementsCsv(rows));
  await writeFile(join(dir, 'windows.csv'), windowsCsv(rows.map((r) => sample(r, 0, 6400))));
}

/** The page without its scripts and styles: what a reader without JavaScript has. */
const markup = () => page.replace(/<(script|style)[\s>][\s\S]*?<\/\1>/g, '');

test('every row is in the page, one that does not count with its reason, escaped', () => {
  const body = markup().match(/<table class="rows">[\s\S]*?<\/table>/)?.[0] ?? '';
  expect(body.match(/<tr data-status=/g)).toHaveLength(rows.length);
  for (const r of rows) expect(body).toContain(`<th scope="row">${r.cell}</th>`);
  for (const delay of ['61', '65', '69', '31.3']) expect(body).toContain(`<td class="num">${delay}</td>`);
  expect(body).toContain('&lt;/script&gt;&lt;b&gt;rst &amp; &quot;more&quot;&lt;/b&gt;');
});

test('the figures’ points are those of measurements.csv', () => {
  const json = page.match(/<script type="application\/json" id="figures">([\s\S]*?)<\/script>/)?.[1] ?? '';
  const [fig5] = JSON.parse(json);
  const drawn = fig5.panels.flatMap(
    (p: { drawings: { delay_ms: { data: { mode: string; y: number[] }[] } } }) =>
      p.drawings.delay_ms.data.filter((t) => t.mode === 'markers').flatMap((t) => t.y),
  );
  expect(drawn.toSorted()).toEqual(rows.map((r) => r.delay_ms).toSorted());
});

test('nothing is fetched: no address in an attribute or style, and a policy that allows only the page’s own scripts', () => {
  expect(markup()).not.toMatch(/\s(src|href|action|data|poster)="(?!#)/);
  expect(page.match(/<style>[\s\S]*?<\/style>/)?.[0]).not.toMatch(/url\(|@import/);
  const policy =
    page.match(/Content-Security-Policy" content="([^"]*)"/)?.[1]?.replaceAll('&#39;', "'") ?? '';
  expect(policy).toContain("default-src 'none'");
  const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((m) => m[1] ?? '');
  expect(scripts).toHaveLength(2);
  for (const text of scripts)
    expect(policy).toContain(`'sha256-${createHash('sha256').update(text).digest('base64')}'`);
});

test('the summary counts rows and verdicts, and its text sets expected against measured', async () => {
  const { summary, text } = await writeReport(dir);
  expect(summary.counts).toEqual({ rows: 10, valid: 9, invalid: 1, inconclusive: 0, repeated: 0 });
  expect(summary.claims.find(({ claim }) => claim.id === 'delay-50-to-80-ms')?.verdict).toBe('reproduced');
  expect(summary.claims.find(({ claim }) => claim.id === 'peer-sees-no-reset')?.verdict).toBe(
    'not reproduced',
  );
  expect(text).toContain('10 migrations: 9 valid, 1 invalid, 0 inconclusive');
  expect(text).toMatch(
    /expected {2}50 to 80.ms\n {2}measured {2}65.ms \(62 to 68\), delay, median per size, 9 rows/,
  );
  expect(text).toContain('outside in 1 of 10 rows: sink-5 rep 1');
});

test('a boot that failed is listed with what it keeps and the command that boots it again', async () => {
  const attempts = [
    { attempt: 1, problem: '', valid: 0, invalid: 0, inconclusive: 1 },
    { attempt: 2, problem: 'node-a: <panic>', valid: 0, invalid: 1, inconclusive: 0 },
  ];
  const cells = [{ id: 'sink-5', seed: 7, role: 'sink', image_mb: 5, attempts }];
  const session = { started: record.started, duration_s: 1 };
  const failed = { ...record, cells, sessions: [session, session] };
  await writeRun(failed);
  const body = await readFile((await writeReport(dir)).html, 'utf8');
  await writeRun(record);
  expect(body).toContain('sink-5, attempt 2: node-a: &lt;panic&gt;');
  expect(body).not.toContain('sink-5, attempt 1');
  expect(body).toContain('cells/sink-5.attempt2/failure.md');
  expect(body).toContain('<code>miglab replay figures-1 sink-5</code>');
  expect(body).toContain('in 2 sessions: it was interrupted and resumed');
  expect(page).not.toContain('miglab replay');
});

test('a copy of the claims in the run’s folder comes first', async () => {
  const own =
    'version: 1\npaper: { title: Own, authors: [A], venue: V }\nclaims: [{ id: c, text: t, source: s, status: not yet }]\n';
  await writeFile(join(dir, 'claims.yml'), own);
  const { summary } = await writeReport(dir);
  await rm(join(dir, 'claims.yml'));
  expect(summary.paper?.title).toBe('Own');
  expect(summary.verdicts['not yet']).toBe(1);
});

test('a faulty file is named, with the line of a table', async () => {
  await writeRun({ ...record, state: 'maybe' });
  await expect(writeReport(dir)).rejects.toMatchObject({
    exitCode: 64,
    message: expect.stringContaining('run.json: state'),
  });
  await writeRun(record);
  await writeFile(
    join(dir, 'measurements.csv'),
    measurementsCsv([row(), { ...row(), status: 'fine' as 'valid' }]),
  );
  await expect(writeReport(dir)).rejects.toMatchObject({
    message: expect.stringMatching(/measurements\.csv:3: status/),
  });
  await rm(join(dir, 'windows.csv'));
  await expect(writeReport(dir)).rejects.toMatchObject({
    exitCode: 64,
    message: expect.stringContaining('windows.csv: cannot be read'),
  });
});

test('how the machines were set is in the page, where they said it', async () => {
  expect(page).not.toContain('id="settings"');
  const settings = { peer: { 'net.ipv4.tcp_rmem': '4096 <b> 6291456' }, 'node-a': { 'public mtu': '1500' } };
  await writeRun(record);
  await writeFile(join(dir, 'analysis.json'), JSON.stringify({ version: 1, cells: [], settings }));
  const again = await readFile((await writeReport(dir)).html, 'utf8');
  expect(again).toContain('<code>net.ipv4.tcp_rmem</code></th><td>4096 &lt;b&gt; 6291456</td><td></td>');
  expect(again).toContain('<code>public mtu</code></th><td></td><td>1500</td>');
});
