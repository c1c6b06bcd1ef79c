// SPDX-License-Identifier: GPL-2.0-only
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, onTestFinished, test } from 'vitest';

/**
 * The lab's folder on a file system of its own. It fills up as soon as there is a capture, while every other file still
 * has room for a page, and has room again once QEMU has given up its capture.
 */
const fullForAWhile = `
mount -t tmpfs -o size=1g none "$XDG_STATE_HOME"
cd "$XDG_STATE_HOME"
( until ls miglab/labs/*/public.pcap; do sleep 0.05; done
  for file in miglab/labs/*/*.log miglab/labs/*/*.jsonl; do [ -s $file ] || echo >> $file; done
  dd if=/dev/zero of=fill bs=4k
  until grep -q 'stopping dump' miglab/labs/*/peer.qemu.log; do
    [ -d miglab/labs ] && kill -0 $$ || exit
    sleep 0.05
  done
  rm fill ) > /dev/null 2>&1 &
cd "$OLDPWD"
exec "$@"`;

test('a capture that stops because the disk is full makes its migrations invalid', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'miglab-full-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const experiment = ['run', 'test/lab/small.exp.yml', '--results', join(folder, 'results')];
  const inside = ['-Urm', 'sh', '-c', fullForAWhile, 'sh', 'node', 'src/cli/miglab.js', ...experiment];
  const state = mkdtempSync(join(folder, 'state-'));
  const code = await new Promise((resolve) =>
    execFile('unshare', inside, { env: { ...process.env, XDG_STATE_HOME: state } }, (error) =>
      resolve(error ? error.code : 0),
    ),
  );
  const [run = ''] = readdirSync(join(folder, 'results'));
  const rows: Record<string, string>[] = parse(
    readFileSync(join(folder, 'results', run, 'measurements.csv')),
    { columns: true },
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]?.status).toBe('invalid');
  expect(rows[0]?.reason).toContain('network dump write error - stopping dump');
  expect(code).toBe(1);
}, 120_000);
