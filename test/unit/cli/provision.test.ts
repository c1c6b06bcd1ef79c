// SPDX-License-Identifier: GPL-2.0-only
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const asUser = process.getuid?.() === 0 ? ['--user', '--map-user=1000'] : [];
const { status, stderr: refusal } = spawnSync('/usr/bin/unshare', [...asUser, 'true']);
if (status !== 0) process.stdout.write(`Tests as another user are skipped: ${refusal}`);

/** On a host that has apt and nothing else, whose apt has never fetched a list, as a user who is not root. */
function onBareHost(...argv: string[]): Promise<{ code: number; stderr: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'miglab-bare-'));
  symlinkSync('/usr/bin/apt-get', join(folder, 'apt-get'));
  mkdirSync(join(folder, 'lists/partial'), { recursive: true });
  writeFileSync(join(folder, 'apt.conf'), `Dir::State::lists "${join(folder, 'lists')}";\n`);
  const env = { ...process.env, PATH: folder, APT_CONFIG: join(folder, 'apt.conf') };
  const command = [...asUser, process.execPath, 'src/cli/miglab.js', ...argv];
  return new Promise((finish) =>
    execFile('/usr/bin/unshare', command, { env }, (error, _, stderr) =>
      finish({ code: Number(error?.code ?? 0), stderr }),
    ),
  );
}

test.skipIf(status !== 0).each([
  ['nobody agreed', []],
  ['--yes', ['--yes']],
])(
  'who may not install is told what is missing, what for and the one command, and not asked: %s',
  async (_, options) => {
    const { code, stderr } = await onBareHost('test', ...options);
    expect(code).toBe(69);
    expect(stderr).toContain('\n  chromium: shows the page of a report, in tests\n');
    expect(stderr).toMatch(
      /\nmiglab: installing system packages needs root\n {2}As root: apt-get update && apt-get install --no-install-recommends mmdebstrap .*tshark chromium python3 git\n$/,
    );
    expect(stderr).not.toContain('--yes');
  },
);
