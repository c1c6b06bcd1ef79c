// SPDX-License-Identifier: GPL-2.0-only
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { miglab, type Outcome } from './program.ts';

const name = `offline-${process.pid}`;
let folder = '';
let archive = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'miglab-offline-'));
  archive = join(folder, 'trixie.tar');
  const written = await miglab('image', 'export', 'trixie', '-o', archive, '--json');
  expect(written.code, written.stderr).toBe(0);
}, 180_000);
afterAll(async () => {
  await miglab('down', '-n', name);
  rmSync(folder, { recursive: true });
}, 60_000);

/** On a host with an empty cache, no mirror that answers, and no network card at all. */
const withoutNetwork = (...argv: string[]) =>
  new Promise<Outcome>((finish) => {
    const env = {
      ...{ HOME: process.env.HOME, XDG_STATE_HOME: process.env.XDG_STATE_HOME, TMPDIR: process.env.TMPDIR },
      ...{ XDG_CACHE_HOME: join(folder, 'cache'), MIGLAB_MIRROR: 'http://127.0.0.1:9/debian' },
    };
    const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
    execFile(
      'unshare',
      [...user, '--net', process.execPath, 'src/cli/miglab.js', ...argv],
      { env: { ...env, PATH: process.env.PATH }, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => finish({ code: error ? Number(error.code ?? 255) : 0, stdout, stderr }),
    );
  });

test('an empty cache without network cannot raise a lab; after an import it can', async () => {
  expect((await withoutNetwork('up', '-n', name)).code).toBe(69);
  const imported = await withoutNetwork('image', 'import', archive, '--json');
  expect(imported.code, imported.stderr).toBe(0);
  expect(JSON.parse(imported.stdout).present).toEqual([]);
  const up = await withoutNetwork('up', '-n', name, '--json');
  expect(up.code, up.stderr).toBe(0);
  expect(JSON.parse(up.stdout).machines).toHaveLength(3);
}, 240_000);
