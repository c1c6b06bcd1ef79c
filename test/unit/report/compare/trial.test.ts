// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { conditionTitle } from '../../../../src/report/compare/condition.ts';
import { readMeasuredRun, samplesOf } from '../../../../src/report/compare/trial.ts';
import { cellFile, writeCell, writeRun } from './run-files.ts';
import { condition, runOf, trial } from './shaped-runs.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'miglab-trial-'));
  return () => rmSync(folder, { recursive: true });
});

const lossy = condition({ impairments: '[{"kind":"loss","wire":"public"}]' });

test('a row’s condition is what its cell was asked for, the receive buffer and impairments too', async () => {
  const trials = [trial(condition({ clock: 'real', rcvbuf: 0 }), { cell: 'a' }), trial(lossy, { cell: 'b' })];
  const read = await readMeasuredRun(writeRun(folder, runOf(trials)));
  expect(read.trials.map((each) => each.condition)).toEqual(trials.map((each) => each.condition));
});

test('a cell that does not say its receive buffer cannot be compared, nor one that is not there', async () => {
  const one = trial(condition(), { cell: 'a' });
  writeRun(folder, runOf([one]));
  const { rcvbuf: _, ...unsaid } = cellFile(one) as { rcvbuf: number };
  writeCell(join(folder, 'cells', 'a'), unsaid);
  await expect(readMeasuredRun(folder)).rejects.toMatchObject({
    exitCode: 64,
    message: expect.stringMatching(/cells\/a\/cell\.json: does not say the receive buffer/),
  });
  rmSync(join(folder, 'cells'), { recursive: true });
  await expect(readMeasuredRun(folder)).rejects.toThrow(/cells\/a\/cell\.json: there is no such file/);
});

test('where only a later attempt was kept, it says the condition', async () => {
  const one = trial(condition(), { cell: 'a' });
  writeRun(folder, runOf([one]));
  rmSync(join(folder, 'cells'), { recursive: true });
  writeCell(join(folder, 'cells', 'a.attempt2'), cellFile(one));
  expect((await readMeasuredRun(folder)).trials[0]?.condition).toEqual(condition());
});

test('a sample has a value for each seed: of valid rows, the median of a boot; unknown ones are not there', () => {
  const under = condition();
  const samples = samplesOf(
    [
      trial(under, { seed: 1, delay_ms: 10, freeze_ms: null }),
      trial(under, { seed: 1, rep: 2, delay_ms: 30, freeze_ms: null }),
      trial(under, { seed: 2, delay_ms: 40, freeze_ms: null }),
      trial(under, { seed: 3, delay_ms: 90, status: 'invalid' }),
      trial(under, { seed: 4, delay_ms: null }),
    ],
    ['delay_ms', 'freeze_ms'],
  );
  expect(samples.find(({ metric }) => metric === 'delay_ms')?.values).toEqual([
    { seed: 1, value: 20 },
    { seed: 2, value: 40 },
  ]);
  expect(samples.find(({ metric }) => metric === 'freeze_ms')?.values).toHaveLength(1);
});

test('a condition is told in full', () => {
  expect(conditionTitle(condition())).toBe(
    'duplex, 1 MB, 120 MB/s out, 2 MB/s in, buffer 2 MiB, virtual clock, intervals of 0.25 s',
  );
  expect(conditionTitle({ ...lossy, role: 'sink', rcvbuf: 0, clock: 'real', interval_s: 1 })).toMatch(
    /^sink, 1 MB, 2 MB\/s in, buffer of the kernel’s choice, real clock, impaired by loss \([0-9a-f]{4}\)$/,
  );
});
