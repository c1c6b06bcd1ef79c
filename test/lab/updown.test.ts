// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive, type ProcessIdentity } from '../../src/vm/lifetime.ts';
import { labFolder } from '../../src/vm/state.ts';
import { miglab } from './program.ts';

const name = `test-${process.pid}`;

let machines: { name: string; process: ProcessIdentity; sshPort: number }[] = [];

beforeAll(async () => {
  const up = await miglab('up', '-n', name, '--json');
  expect(up.code, up.stderr).toBe(0);
  machines = JSON.parse(up.stdout).machines;
}, 180_000);

afterAll(() => miglab('down', '-n', name), 60_000);

test('three machines answer, each under its name, with the kernel of the image', async () => {
  expect(machines.map((machine) => machine.name).sort()).toEqual(['node-a', 'node-b', 'peer']);
  for (const machine of machines) {
    const answer = await miglab('exec', '-n', name, machine.name, 'cat', '/proc/sys/kernel/hostname');
    expect(answer.stdout).toBe(`${machine.name}\n`);
  }
});

test("exec passes the command's exit code and both outputs on", async () => {
  const answer = await miglab('exec', '-n', name, 'peer', 'sh', '-c', 'echo out; echo err >&2; exit 7');
  expect(answer).toEqual({ code: 7, stdout: 'out\n', stderr: 'err\n' });
});

test('both nodes hold the public address, and the private wire joins them', async () => {
  for (const node of ['node-a', 'node-b']) {
    const { stdout } = await miglab('exec', '-n', name, node, 'ip', '-4', '-o', 'addr', 'show', 'public');
    expect(stdout).toContain('10.77.0.1/24');
  }
  expect((await miglab('exec', '-n', name, 'node-a', 'ping', '-c', '1', '-w', '10', '10.77.1.2')).code).toBe(
    0,
  );
});

test("the peer's kernel is unmodified, and its only set-up is one permanent neighbour entry", async () => {
  const { stdout } = await miglab(
    'exec',
    '-n',
    name,
    'peer',
    'sh',
    '-c',
    'ip neigh show nud permanent; lsmod',
  );
  expect(stdout).toContain('10.77.0.1 dev public lladdr 03:00:0a:4d:00:01 PERMANENT');
  expect(stdout).not.toContain('tcpmig');
});

test('a file goes in and comes out as it was', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'miglab-cp-'));
  const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 31) & 0xff));
  writeFileSync(join(folder, 'in'), content, { mode: 0o750 });
  expect((await miglab('cp', '-n', name, join(folder, 'in'), 'node-b:/tmp/there')).code).toBe(0);
  expect((await miglab('exec', '-n', name, 'node-b', 'stat', '-c', '%a %s', '/tmp/there')).stdout).toBe(
    '750 100000\n',
  );
  expect((await miglab('cp', '-n', name, 'node-b:/tmp/there', join(folder, 'out'))).code).toBe(0);
  const absent = await miglab('cp', '-n', name, 'node-b:/tmp/absent', folder);
  expect(absent).toMatchObject({ code: 64, stderr: expect.stringContaining('/tmp/absent was not copied') });
  const running = await miglab('cp', '-n', name, join(folder, 'in'), 'node-b:/proc/1/cmdline/x');
  expect(running).toMatchObject({ code: 64, stderr: expect.stringContaining('was not copied to /proc/1/') });
  expect(readFileSync(join(folder, 'out')).equals(content)).toBe(true);
  rmSync(folder, { recursive: true });
});

test('what does not exist is a usage fault that says what there is', async () => {
  const machine = await miglab('exec', '-n', name, 'node-z', 'true');
  expect(machine.code).toBe(64);
  expect(machine.stderr).toContain('It has');
  expect((await miglab('exec', '-n', 'no-such-lab', 'peer', 'true')).code).toBe(64);
  expect((await miglab('up', '-n', name)).code).toBe(64);
});

test('down ends every process of the lab and leaves nothing', async () => {
  expect(machines.every((machine) => isAlive(machine.process))).toBe(true);
  const down = await miglab('down', '-n', name, '--json');
  expect(JSON.parse(down.stdout).ended.sort()).toEqual(['node-a', 'node-b', 'peer']);
  expect(machines.some((machine) => isAlive(machine.process))).toBe(false);
  expect(existsSync(labFolder(name))).toBe(false);
}, 60_000);
