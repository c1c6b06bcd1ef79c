// SPDX-License-Identifier: GPL-2.0-only
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { install, pack } from '../packed.ts';
import type { Outcome } from './program.ts';

let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'miglab-installed-'));
  await install(await pack(), folder);
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** A program in the folder of somebody who has installed the package. */
const inFolder = (program: string, ...argv: string[]) =>
  new Promise<Outcome>((finish) => {
    // Labs of others on this host are none of its business.
    const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state'), npm_config_loglevel: 'error' };
    execFile(program, argv, { cwd: folder, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      finish({ code: error ? Number(error.code ?? 255) : 0, stdout, stderr }),
    );
  });
const miglab = (...argv: string[]) => inFolder('npx', 'miglab', ...argv);

test('the documented example compiles, runs, prints nothing else and leaves no lab', async () => {
  const [, example = ''] = /```ts\n(.*?)```/s.exec(readFileSync('docs/api.md', 'utf8')) ?? [];
  expect(example).toContain("from 'miglab'");
  writeFileSync(join(folder, 'example.mts'), example);
  const options = {
    ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
    ...{ target: 'es2023', module: 'nodenext', types: ['node'], typeRoots: [resolve('node_modules/@types')] },
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }));
  const compiled = await inFolder(resolve('node_modules/.bin/tsc'), '-p', '.');
  expect(compiled).toEqual({ code: 0, stdout: '', stderr: '' });
  const { code, stdout, stderr } = await inFolder('node', 'example.mjs');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [kernel, ...lines] = stdout.trimEnd().split('\n');
  expect(kernel).toMatch(/^node-a runs 6\.12\..*cloud-amd64$/);
  expect(lines).toEqual([
    'ping ended with 0',
    '6 words',
    expect.stringMatching(/^lab "api-[0-9a-f]+" has no machine "node-z"$/),
  ]);
  expect(readFileSync(join(folder, 'sorted'), 'utf8')).toBe('1\n2\n3\n');
  expect((await miglab('status')).stdout).toBe('no lab is up\n');
}, 240_000);

test('a cell of an experiment is run and reported, into the working directory', async () => {
  copyFileSync('test/lab/small.exp.yml', join(folder, 'small.exp.yml'));
  const { cells } = JSON.parse((await miglab('run', 'small.exp.yml', '--dry-run')).stdout);
  const ran = await miglab('run', 'small.exp.yml', '--cell', cells[0].id);
  // A host that is busy with other things measures nothing that counts, which is no fault of the package.
  expect([0, 2], ran.stderr).toContain(ran.code);
  const [run = ''] = readdirSync(join(folder, 'results'));
  const record = JSON.parse(readFileSync(join(folder, 'results', run, 'run.json'), 'utf8'));
  const { commit } = JSON.parse(
    readFileSync(join(folder, 'node_modules', 'miglab', 'dist', 'source.json'), 'utf8'),
  );
  expect(record.state).toBe('complete');
  expect(record.git.commit).toBe(commit);
  rmSync(join(folder, 'results', run, 'report.html'));
  expect((await miglab('report', run)).code).toBe(0);
  expect(existsSync(join(folder, 'results', run, 'report.html'))).toBe(true);
  expect(existsSync(join(folder, 'node_modules', 'miglab', 'results'))).toBe(false);
}, 400_000);
