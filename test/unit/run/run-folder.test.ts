// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claimRun } from '../../../src/run/owner.ts';
import { runFolder, runName, unfinishedRuns } from '../../../src/run/run-folder.ts';
import { isSettled } from '../../../src/run/settled.ts';
import { record } from '../report/rows.ts';

const { file } = record.experiment;
const boot = (attempt: number, valid: number, invalid: number, inconclusive: number) => ({
  ...{ attempt, problem: '', valid, invalid, inconclusive },
});
const cell = (id: string, attempts: object[]) => ({ id, seed: 1, role: 'sink', image_mb: 1, attempts });

function resultsWith(runs: Record<string, object | string>): string {
  const results = mkdtempSync(join(tmpdir(), 'miglab-results-'));
  for (const [name, run] of Object.entries(runs)) {
    mkdirSync(join(results, name));
    writeFileSync(join(results, name, 'plan.json'), '{}');
    writeFileSync(join(results, name, 'run.json'), typeof run === 'string' ? run : JSON.stringify(run));
  }
  return results;
}

test('an unfinished run is one of the same experiment that is not complete and that nobody carries out', async () => {
  const killed = { ...record, state: 'running', cells: [cell('a', [boot(1, 1, 0, 0)]), cell('b', [])] };
  const results = resultsWith({
    ...{ killed, complete: record, broken: '{', owned: killed },
    interrupted: { ...killed, state: 'interrupted' },
    other: { ...killed, experiment: { ...record.experiment, file: 'other.exp.yml' } },
  });
  using _ = claimRun(join(results, 'owned'));
  expect(await unfinishedRuns(results, file)).toEqual([
    { directory: join(results, 'interrupted'), measured: 1, cells: 2 },
    { directory: join(results, 'killed'), measured: 1, cells: 2 },
  ]);
  expect(await unfinishedRuns(join(results, 'none'), file)).toEqual([]);
});

test.each([
  ['never booted', [], false],
  ['valid', [boot(1, 2, 0, 0)], true],
  ['invalid, which is not repeated', [boot(1, 1, 1, 0)], true],
  ['in part inconclusive', [boot(1, 1, 0, 1)], false],
  ['without a row', [boot(1, 0, 0, 0)], false],
  ['invalid and inconclusive', [boot(1, 0, 1, 1)], true],
  ['inconclusive, then valid', [boot(1, 0, 0, 1), boot(2, 1, 0, 0)], true],
  ['inconclusive for the third time', [boot(1, 0, 0, 1), boot(2, 0, 0, 1), boot(3, 0, 0, 1)], true],
])('a cell that was %s is measured or not', (_, attempts, settled) => {
  expect(isSettled({ ...record, cells: [cell('a', attempts)] } as never, 'a')).toBe(settled);
});

test('a run is named by its id in results, or by its path', () => {
  const results = resultsWith({ mine: record });
  expect(runFolder('mine', results)).toBe(join(results, 'mine'));
  expect(runFolder(join(results, 'mine'))).toBe(join(results, 'mine'));
  expect(() => runFolder('none', results)).toThrow(expect.objectContaining({ exitCode: 64 }));
  expect(runName(join('results', 'mine'))).toBe('mine');
  expect(runName(join(results, 'mine'))).toBe(join(results, 'mine'));
});
