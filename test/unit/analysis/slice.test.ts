// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { analyseCell } from '../../../src/analysis/cell.ts';
import type { Measurement } from '../../../src/analysis/measurement.ts';
import { writeSlice } from '../../../src/analysis/slice.ts';
import { tsharkFields } from '../pcap/tshark.ts';
import { migratedCell, spec, writeCell } from './migrated-cell.ts';

const fields = [
  'frame.time_epoch',
  'tcp.flags',
  'tcp.port',
  'tcp.seq',
  'frame.len',
  'frame.cap_len',
] as const;

/** The cell's capture as tshark reads it, with the rows that the analysis gives. */
async function cell() {
  const dir = writeCell(await migratedCell());
  const { rows } = await analyseCell({ dir, spec });
  const whole = tsharkFields(join(dir, 'public.pcap'), fields);
  return { dir, rows, whole, slice: join(dir, 'slice.pcap') };
}

const invalid = (rows: Measurement[], rep: number, given: Partial<Measurement> = {}): Measurement[] =>
  rows.map((row) => (row.rep === rep ? { ...row, status: 'invalid', ...given } : row));

const isWorkload = (packet: Record<string, string>) => packet['tcp.port']?.split(',').includes('5000');
const isSyn = (packet: Record<string, string>) => (Number(packet['tcp.flags']) & 2) !== 0;
const nanoseconds = (packet: Record<string, string>) =>
  BigInt((packet['frame.time_epoch'] ?? '').replace('.', ''));

test('the slice has exactly the packets from 1 s before the failed freeze to 2 s after it, and the SYNs', async () => {
  const { dir, rows, whole, slice } = await cell();
  const packets = await writeSlice(join(dir, 'public.pcap'), slice, spec, invalid(rows, 2));
  const start = nanoseconds(whole[0] as never);
  const freeze = start + BigInt(Math.round((rows[1]?.freeze_at_ms ?? 0) * 1e6));
  const expected = whole.filter(
    (packet) =>
      isWorkload(packet) &&
      (isSyn(packet) ||
        (nanoseconds(packet) >= freeze - 1_000_000_000n && nanoseconds(packet) <= freeze + 2_000_000_000n)),
  );
  expect(tsharkFields(slice, fields)).toEqual(expected);
  expect(packets).toBe(expected.length);
  expect(expected.filter(isSyn)).toHaveLength(2);
  expect(expected.length).toBeGreaterThan(20);
  expect(expected.length).toBeLessThan(whole.length / 2);
});

test('of a migration whose freeze is not known, the last three seconds are kept', async () => {
  const { dir, rows, whole, slice } = await cell();
  await writeSlice(join(dir, 'public.pcap'), slice, spec, invalid(rows, 1, { freeze_at_ms: null }));
  const end = nanoseconds(whole.at(-1) as never);
  const expected = whole.filter(
    (packet) => isWorkload(packet) && (isSyn(packet) || nanoseconds(packet) >= end - 3_000_000_000n),
  );
  expect(tsharkFields(slice, fields)).toEqual(expected);
});

test('a file that is no capture is a fault', async () => {
  const { dir, rows, slice } = await cell();
  writeFileSync(join(dir, 'other'), 'no capture, but long enough for a header');
  await expect(writeSlice(join(dir, 'other'), slice, spec, invalid(rows, 1))).rejects.toMatchObject({
    exitCode: 64,
  });
});
