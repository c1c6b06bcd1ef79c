// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Measurement } from '../../../../src/analysis/measurement.ts';
import { assess, codeOf, experimentsOf, type System } from '../../../../src/report/evaluation/assessment.ts';
import { type Evidence, readEvidence } from '../../../../src/report/evaluation/evidence.ts';
import { readSystems } from '../../../../src/report/evaluation/systems.ts';
import { renderEvaluation } from '../../../../src/report/evaluation/table.ts';
import { judge } from '../../../../src/report/verdict.ts';
import { experimentPath } from '../../../../src/spec/catalogue.ts';
import { passesFolder, referenceRows, rowsFolder } from './runs.ts';

const systems = await readSystems();
const reference = referenceRows();
/** Those that `verify --quick` measures. */
const fewOf = (rows: readonly Measurement[]) =>
  rows.filter(
    ({ role, image_mb, seed }) =>
      role === 'duplex' && ([1, 50].includes(image_mb) ? seed <= 3 : image_mb === 10 && seed === 1),
  );
const few = fewOf(reference);
const rowsOf = (rows: readonly Measurement[], clock = 'virtual') => readEvidence(rowsFolder(rows, { clock }));
const passed = await readEvidence(passesFolder());
const one = (evidence: readonly Evidence[], id: string) =>
  assess(systems, evidence, 'quick').find(({ claim }) => claim.id === id);
const codeFor = (evidence: readonly Evidence[]) => codeOf(assess(systems, evidence, 'quick'), evidence);

test('every claim of every file is told of, and each experiment that they name is there', () => {
  expect(systems.map(({ name }) => name)).toEqual([
    'tcpmig',
    'tcpcp',
    'laadan',
    'migratory-tcp',
    'xtreemos-ds',
  ]);
  expect(experimentsOf(systems)).toEqual(['tcpmig/figures', 'tcpcp/pass']);
  for (const name of experimentsOf(systems)) expect(existsSync(experimentPath(name))).toBe(true);
  const told = assess(systems, [], 'quick');
  expect(told).toHaveLength(systems.reduce((sum, { claims }) => sum + claims.claims.length, 0));
  expect(told.every(({ verdict }) => verdict === 'not measured')).toBe(true);
  expect(told.find(({ claim }) => claim.id === 'exactly-once')?.because).toBe(
    'no experiment of this system yet; needs a protocol extension at the client',
  );
  expect(told.find(({ claim }) => claim.id === 'peer-unmodified')?.because).toBe('no run of tcpcp/pass');
});

test('what claims.yml states of this artifact is what the reference gives, all of it and the least cells of it', async () => {
  const today = referenceRows('experiments/tcpmig/figures.reference.json');
  for (const rows of [reference, few, today, fewOf(today)]) {
    const evidence = [await rowsOf(rows), passed];
    const told = assess(systems, evidence, 'quick').filter(({ experiment }) => experiment);
    expect(told).toHaveLength(12);
    for (const each of told) expect([each.claim.id, each.agreement]).toEqual([each.claim.id, 'as stated']);
    expect(codeOf(assess(systems, evidence, 'quick'), evidence)).toBe(0);
  }
});

test('a claim that is not met, as stated, is good; the same claim met, or by another amount, differs', async () => {
  const id = 'delay-flat-in-image-size';
  expect(one([await rowsOf(few)], id)).toMatchObject({ verdict: 'not reproduced', agreement: 'as stated' });
  const flat = await rowsOf(few.map((row) => ({ ...row, delay_ms: 10.5 })));
  expect(one([flat], id)).toMatchObject({ verdict: 'reproduced', agreement: 'differs' });
  expect(codeFor([flat])).toBe(1);
  // From 1 to 50 MB half as much again, a third of the rows by nothing.
  const open = await rowsOf(
    few.map((row) => ({ ...row, delay_ms: 10 + (row.image_mb / 10) * (row.seed % 3 === 0 ? 0 : 1.7) })),
  );
  expect(one([open], id)).toMatchObject({ verdict: 'inconclusive', agreement: 'as stated' });
  const steep = await rowsOf(few.map((row) => ({ ...row, delay_ms: row.image_mb })));
  expect(one([steep], id)).toMatchObject({ verdict: 'not reproduced', agreement: 'differs' });
});

test('a reset in one row is found, also in a row that is invalid', async () => {
  const [first, ...others] = few as [Measurement, ...Measurement[]];
  const evidence = [await rowsOf([{ ...first, rst: 1, status: 'invalid' }, ...others])];
  expect(one(evidence, 'peer-sees-no-reset')).toMatchObject({
    verdict: 'not reproduced',
    agreement: 'differs',
  });
  expect(codeFor(evidence)).toBe(1);
});

test('too few rows: not measured, with how many are needed, and the code says that it is not whole', async () => {
  const evidence = [await rowsOf(few.filter(({ image_mb }) => image_mb !== 50))];
  expect(one(evidence, 'window-shrinks-above-20-mb')).toMatchObject({
    ...{ verdict: 'not measured', measured: null },
    because: 'needs --full: 0 valid rows with this number; 3 needed',
  });
  expect(codeFor(evidence)).toBe(2);
  expect(codeFor([])).toBe(2);
  const interrupted = [await readEvidence(rowsFolder([], { clock: 'virtual', state: 'interrupted' }))];
  expect(one(interrupted, 'smooth-under-load')?.because).toBe(
    '0 valid rows with this number; 6 needed; the run is not finished',
  );
});

test('on another clock only what holds on any is compared', async () => {
  const evidence = [
    await rowsOf(
      few.map((row) => ({ ...row, delay_ms: 10.5 })),
      'real',
    ),
  ];
  expect(one(evidence, 'delay-flat-in-image-size')).toMatchObject({
    verdict: 'reproduced',
    agreement: 'not stated',
  });
  expect(one(evidence, 'peer-sees-no-reset')).toMatchObject({ agreement: 'as stated' });
  expect(codeFor(evidence)).toBe(0);
});

test('claims judged elsewhere: by what the run found, if its cells are whole', async () => {
  expect(one([passed], 'peer-unmodified')).toMatchObject({
    ...{ verdict: 'reproduced', agreement: 'as stated', measured: 'what peer-unmodified shows' },
  });
  const broken = await readEvidence(passesFolder(['nothing-contradictory']));
  expect(one([broken], 'nothing-contradictory')).toMatchObject({
    verdict: 'not reproduced',
    agreement: 'differs',
  });
  expect(codeFor([broken])).toBe(1);
  const dead = await readEvidence(passesFolder(['nothing-contradictory'], 'node-a: panic\nmore'));
  expect(one([dead], 'nothing-contradictory')).toMatchObject({
    verdict: 'not measured',
    because: 'node-a: panic',
  });
  expect(codeFor([dead])).toBe(2);
  if (passed.kind !== 'findings' || dead.kind !== 'findings') throw new Error('these are findings');
  const half = { ...passed, cells: [...passed.cells, ...dead.cells] };
  expect(one([half], 'peer-unmodified')).toMatchObject({ verdict: 'not measured', because: 'node-a: panic' });
});

test('a faulty passes.json is named with its field', async () => {
  const { writeFileSync } = await import('node:fs');
  const path = passesFolder();
  writeFileSync(`${path}/passes.json`, '{"version":2}');
  await expect(readEvidence(path)).rejects.toMatchObject({
    exitCode: 64,
    message: expect.stringContaining('passes.json: version: expected passes.json of version 1'),
  });
});

test('the text has expected, measured with its interval, where the bounds are from, and what is stated', async () => {
  const evidence = [await rowsOf(few), passed];
  const text = renderEvaluation(systems, assess(systems, evidence, 'quick'));
  expect(text).toMatch(/✗ not reproduced, as stated {2}delay-flat-in-image-size\n/);
  expect(text.replace(/\s+/g, ' ')).toContain(
    'expected within ±46% (the paper’s: The paper calls values between',
  );
  expect(text).toContain('measured  +74.1% (+63.2% to +86.4%), delay, change over sizes, 7 rows');
  expect(text).toContain('stated    not reproduced, +60% ± 50% on the virtual clock');
  expect(text.trimEnd().split('\n').at(-1)).toBe('24 claims: 12 as stated, 12 not measured');
});

test('a claim that is stated with a value but no tolerance is refused', async () => {
  const [tcpmig] = systems as [System];
  const { claimsSchema } = await import('../../../../src/report/claims.ts');
  const [first] = tcpmig.claims.claims;
  const faulty = { ...tcpmig.claims, claims: [{ ...first, here: { verdict: 'reproduced', value: 1 } }] };
  expect(claimsSchema.safeParse(faulty).error?.issues[0]?.message).toBe('expected value and tolerance both');
  expect(judge(tcpmig.claims, reference)).toHaveLength(8);
});
