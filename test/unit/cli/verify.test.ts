// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProgram } from '../../../src/cli/main.ts';
import { passesFolder, referenceRows, rowsFolder } from '../report/evaluation/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'miglab-verify-'));
const figures = rowsFolder(referenceRows());
const pass = passesFolder();

// Without a cache no machine can be booted, whatever a command line is taken for.
const cache = process.env.XDG_CACHE_HOME;
beforeAll(() => {
  process.env.XDG_CACHE_HOME = '/dev/null';
});
afterAll(() => {
  if (cache === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cache;
});

function verify(...options: string[]) {
  const { status, stdout, stderr } = spawnSync('node', ['src/cli/miglab.js', 'verify', ...options], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test.each([
  ['appendix.md', '# Artifact Appendix\n'],
  ['appendix.tex', '% For \\input'],
])('runs that are there are judged, and %s is written in the form that its name asks for', (name, begin) => {
  const file = join(folder, name);
  const { status, stdout, stderr } = verify('--full', '--runs', figures, pass, '--appendix', file);
  expect(stderr).toBe('');
  expect(stdout).toContain('24 claims: 12 as stated, 12 not measured');
  expect(status).toBe(0);
  expect(readFileSync(file, 'utf8').startsWith(begin)).toBe(true);
});

test('as JSON each claim has value, interval and verdict; the exit code is that of the worst', () => {
  const broken = passesFolder(['peer-unmodified']);
  const { status, stdout } = verify('--quick', '--json', '--runs', figures, broken);
  const { claims, exit } = JSON.parse(stdout);
  expect([status, exit]).toEqual([1, 1]);
  expect(claims.find(({ id }: { id: string }) => id === 'delay-flat-in-image-size')).toMatchObject({
    ...{ system: 'tcpmig', verdict: 'not reproduced', agreement: 'as stated', rows: 25 },
    ...{ value: expect.closeTo(0.9, 2), interval: [expect.closeTo(0.79, 2), expect.closeTo(1.06, 2)] },
  });
  expect(claims.find(({ id }: { id: string }) => id === 'peer-unmodified')).toMatchObject({
    agreement: 'differs',
  });
});

test('what would be measured is told without measuring: cells, and what they cost', () => {
  const { status, stdout } = verify('--quick', '--dry-run', '--json');
  const { cost, experiments } = JSON.parse(stdout);
  expect(status).toBe(0);
  expect(cost[0]).toMatch(
    /^tcpmig\/figures, on the virtual clock, of 33: 7 cells, 7 boots, 7 migrations; about \d/,
  );
  expect(
    experiments.map(({ experiment, cells }: { experiment: string; cells: string[] }) => [
      experiment,
      cells.length,
    ]),
  ).toEqual([
    ['tcpmig/figures', 7],
    ['tcpcp/pass', 1],
  ]);
});

test.each([
  [[], 'name an experiment, or take --quick or --full'],
  [['--quick', '--full'], 'take one of them'],
  [['--quick', 'tcpmig/figures'], 'not with tcpmig/figures'],
  [['--quick', '--cell', 'a'], 'not with --cell'],
  [['--quick', '--runs'], 'name one or more'],
  [['--quick', '--runs', figures, figures], 'a second run of tcpmig/figures'],
  [['--quick', '--runs', figures, '--appendix', 'x.txt'], 'Markdown or TeX'],
  [['--quick', '--runs', figures, '--appendix', join(folder, 'none', 'x.md')], 'no such folder'],
  [['tcpmig/figures', '--appendix', 'x.md'], 'not with --appendix'],
  [['--runs', figures], 'compares two runs'],
])('%j is refused', async (options, message) => {
  const program = await createProgram('verify');
  await expect(program.parseAsync(['verify', ...options], { from: 'user' })).rejects.toMatchObject({
    ...{ name: 'Fault', exitCode: 64, message: expect.stringContaining(message) },
  });
});

test('a run of an experiment that decides no claim is refused by name', async () => {
  const file = 'experiments/tcpmig/sweep.exp.yml';
  const sweep = rowsFolder([], { experiment: { title: 'Sweep', file, claims: null } });
  const program = await createProgram('verify');
  await expect(
    program.parseAsync(['verify', '--full', '--runs', sweep], { from: 'user' }),
  ).rejects.toMatchObject({
    ...{ exitCode: 64, message: expect.stringContaining('a run of tcpmig/sweep decides no claim') },
  });
});
