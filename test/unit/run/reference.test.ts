// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  compareToReference,
  describeComparison,
  type Reference,
  readReference,
} from '../../../src/run/reference.ts';

const row = {
  rep: 1,
  status: 'valid',
  freeze_ms: 60,
  app_gap_ms: 45,
  window_min: 2e6,
  tx_before_mb_s: 117,
  tx_after_mb_s: 117,
};
const reference: Reference = {
  version: 1,
  toolchain: { qemu: '10', module: 'm' },
  cells: {
    a: { capture: 'a'.repeat(64), rows: [{ ...row, delay_ms: 5 }] },
    b: { capture: 'b'.repeat(64), rows: [{ ...row, delay_ms: 8 }] },
  },
};
const withCells = (cells: Reference['cells'], toolchain = reference.toolchain): Reference => ({
  version: 1,
  toolchain,
  cells,
});

test('the same captures are bit-identical, also where only some of the cells were measured', () => {
  expect(describeComparison(compareToReference(reference, reference))).toBe(
    'bit-identical to the reference (2 cells)',
  );
  const { a } = reference.cells;
  expect(describeComparison(compareToReference(withCells(a ? { a } : {}), reference))).toBe(
    'bit-identical to the reference (1 cell)',
  );
});

test('another module: what differs in the toolchain is named, and how far the metrics are apart', () => {
  const mine = withCells(
    {
      a: { capture: 'c'.repeat(64), rows: [{ ...row, delay_ms: 6 }] },
      b: { capture: 'b'.repeat(64), rows: [{ ...row, delay_ms: 8 }] },
    },
    { qemu: '10', module: 'n' },
  );
  const comparison = compareToReference(mine, reference);
  expect(comparison).toMatchObject({ cells: 2, identical: 1, toolchain: ['module: m, now n'] });
  expect(comparison.apart).toMatchObject({ delay_ms: expect.closeTo(0.1), freeze_ms: 0 });
  const text = describeComparison(comparison);
  expect(text).toContain('1 of 2 cells are bit-identical');
  expect(text).toContain('module: m, now n');
  expect(text).toContain('delay_ms 10.0%');
});

test('other captures with the same toolchain are said to be wrong', () => {
  const mine = withCells({ a: { capture: 'c'.repeat(64), rows: [{ ...row, delay_ms: null }] } });
  expect(describeComparison(compareToReference(mine, reference))).toContain('this should not be');
});

test('a file that is not there is no reference, a faulty one is named', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'miglab-reference-')), 'x.reference.json');
  expect(await readReference(file)).toBeUndefined();
  writeFileSync(file, JSON.stringify(reference));
  expect(await readReference(file)).toEqual(reference);
  writeFileSync(file, JSON.stringify({ ...reference, version: 2 }));
  await expect(readReference(file)).rejects.toThrow(/x\.reference\.json.*version 1/s);
});
