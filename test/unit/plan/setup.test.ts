// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { setupScript } from '../../../src/plan/setup.ts';

test('a shell that carries out the setup has the files, their modes and every byte of their lines', () => {
  const folder = mkdtempSync(join(tmpdir(), 'miglab-setup-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const content = "it's $HOME `ls` \\n \\\\ %s\n\n  indented 'twice'\n-----END-----\n";
  const files = [
    { path: `${folder}/etc/open`.slice(1), mode: 0o644, content },
    { path: `${folder}/etc/bytes`.slice(1), mode: 0o644, content: Buffer.from([0, 10, 39, 92, 37, 255, 49]) },
    { path: `${folder}/root/closed`.slice(1), mode: 0o600, content: "a='b'\n" },
  ];
  const script = setupScript('node-a', files, 0, 'ff');
  const told = script.slice(0, script.indexOf('miglab-setup-ends'));
  // The clock and the random pool of the machine that runs the test stay as they are.
  const safe = told.replace(/^date .*$/m, '').replace('/dev/urandom', '/dev/null');
  expect(safe).not.toBe(told);
  const machine = execFileSync('sh', ['-euc', `${safe}\necho "$MACHINE"; umask`], { encoding: 'utf8' });
  expect(machine).toBe('node-a\n0022\n');
  expect(readFileSync(join(folder, 'etc/open'), 'utf8')).toBe(content);
  expect([...readFileSync(join(folder, 'etc/bytes'))]).toEqual([0, 10, 39, 92, 37, 255, 49]);
  expect(readFileSync(join(folder, 'root/closed'), 'utf8')).toBe("a='b'\n");
  expect(statSync(join(folder, 'etc/open')).mode & 0o777).toBe(0o644);
  expect(statSync(join(folder, 'root/closed')).mode & 0o777).toBe(0o600);
});

test('what a port loses when it is opened, a few times its queue of 16 bytes, is nothing of the setup', () => {
  const script = setupScript('node-a', [], 0, 'ff');
  expect(script.slice(0, 256)).toBe('\n'.repeat(256));
  expect(script.slice(256)).toMatch(/^MACHINE=node-a\n/);
});
