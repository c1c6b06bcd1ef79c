// SPDX-License-Identifier: GPL-2.0-only
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { MEASUREMENT_COLUMNS, measurementSchema, windowSchema } from '../../../src/analysis/measurement.ts';
import { analyseRun } from '../../../src/analysis/run.ts';
import { migratedCell, spec, writeCell } from './migrated-cell.ts';

/** The columns that the format promises first and in this order. */
const FIRST_COLUMNS =
  'cell,seed,engine,clock,from,to,image_mb,rep,role,rate_mb_s,peer_rate_mb_s,delay_ms,delay_payload_ms,delay_ack_ms,' +
  'freeze_ms,app_gap_ms,total_ms,total_bytes,window_before,window_min,window_after,retransmits,captured,reinjected,rst,' +
  'bytes_wrong,status';

async function runFolder(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'miglab-run-'));
  mkdirSync(join(dir, 'cells'));
  cpSync(writeCell(await migratedCell()), join(dir, 'cells', 'duplex'), { recursive: true });
  return dir;
}

const readTable = (dir: string, name: string): Record<string, string>[] =>
  parse(readFileSync(join(dir, name)), { columns: true });

test('what is written reads back as what was measured', async () => {
  const dir = await runFolder();
  const { rows, windows, counts } = await analyseRun(dir);
  expect(counts).toEqual({ valid: 2, invalid: 0, inconclusive: 0 });
  expect(readTable(dir, 'measurements.csv').map((row) => measurementSchema.parse(row))).toEqual(rows);
  expect(readTable(dir, 'windows.csv').map((row) => windowSchema.parse(row))).toEqual(windows);
});

test('the columns come in the promised order, more behind them', async () => {
  const dir = await runFolder();
  await analyseRun(dir);
  const [heading = ''] = readFileSync(join(dir, 'measurements.csv'), 'utf8').split('\n');
  expect(heading.startsWith(`${FIRST_COLUMNS},`)).toBe(true);
  expect(heading.split(',')).toHaveLength(MEASUREMENT_COLUMNS.length);
});

test('a number that was not measured is an empty field', async () => {
  const dir = await runFolder();
  for (const node of ['node-a', 'node-b'])
    writeFileSync(join(dir, 'cells', 'duplex', `${node}.events.jsonl`), '');
  await analyseRun(dir);
  const [row] = readTable(dir, 'measurements.csv');
  expect(row).toMatchObject({ delay_ms: '', rst: '', bytes_wrong: '', status: 'inconclusive' });
});

test('a cell without a capture is invalid by name, and the others are measured', async () => {
  const dir = await runFolder();
  const second = join(dir, 'cells', 'second');
  cpSync(join(dir, 'cells', 'duplex'), second, { recursive: true });
  writeFileSync(join(second, 'cell.json'), JSON.stringify({ ...spec, cell: 'second' }));
  rmSync(join(second, 'public.pcap'));
  const { rows } = await analyseRun(dir);
  expect(rows.map(({ cell, status }) => [cell, status])).toEqual([
    ['duplex', 'valid'],
    ['duplex', 'valid'],
    ['second', 'invalid'],
    ['second', 'invalid'],
  ]);
  expect(rows[2]?.reason).toContain('public.pcap');
});

test('a cell that was analysed before is not read again', async () => {
  const dir = await runFolder();
  const done = new Map();
  const first = await analyseRun(dir, done);
  rmSync(join(dir, 'cells', 'duplex', 'public.pcap'));
  expect((await analyseRun(dir, done)).rows).toEqual(first.rows);
});

test('a faulty cell.json is a fault with its path and field', async () => {
  const dir = await runFolder();
  const path = join(dir, 'cells', 'duplex', 'cell.json');
  writeFileSync(path, JSON.stringify({ ...spec, repetitions: 0 }));
  await expect(analyseRun(dir)).rejects.toMatchObject({
    exitCode: 64,
    message: expect.stringContaining(`${path}: repetitions`),
  });
});

test.each([
  ['open', 'inconclusive', 'no migration event'],
  ['reset', 'invalid', 'connection ended: reset; no migration event'],
])('without a migration event, a connection that is %s makes its rows %s', async (state, status, reason) => {
  const dir = await runFolder();
  const line = {
    event: 'workload',
    t_ns: 1,
    pid: 9,
    rx_wrong: 0,
    mem_mb: 5,
    mem_passes: 1,
    mem_wrong: 0,
    state,
  };
  for (const machine of ['node-a', 'node-b', 'peer'])
    writeFileSync(
      join(dir, 'cells', 'duplex', `${machine}.events.jsonl`),
      machine === 'node-a' ? `${JSON.stringify(line)}\n` : '',
    );
  const { rows } = await analyseRun(dir);
  expect(rows.map((row) => [row.status, row.reason])).toEqual([
    [status, reason],
    [status, reason],
  ]);
});
