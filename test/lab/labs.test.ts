// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive, type ProcessIdentity } from '../../src/vm/lifetime.ts';
import { waitFor } from '../../src/vm/wait.ts';
import { newHost } from './host.ts';

interface Machine {
  name: string;
  process: ProcessIdentity;
  sshPort: number;
  alive: boolean;
}
interface Lab {
  name: string;
  condition: string;
  why: string;
  machines: Machine[];
}

/** Sockets below would have paths of about 370 bytes, and the kernel takes 107 (unix(7)). */
const host = newHost({ state: ['a', 'b', 'c'].map((letter) => letter.repeat(80)).join('/') });
const names = ['one', 'two', `three-${'x'.repeat(58)}`] as const;
const [one, two, three] = names;

const status = async (): Promise<Lab[]> => JSON.parse((await host.miglab('status', '--json')).stdout);
const lab = async (name: string) => (await status()).find((each) => each.name === name) ?? expect.fail(name);
const machineOf = ({ machines }: Lab, name: string) =>
  machines.find((machine) => machine.name === name) ?? expect.fail(name);
const gone = (process: ProcessIdentity) =>
  waitFor({ what: 'end of a machine', timeoutMs: 10_000, path: '/nonexistent' }, () =>
    isAlive(process) ? undefined : true,
  );

beforeAll(async () => {
  // The cache is the user's: what somebody left there is not what the test is about.
  expect(await host.miglab('prune')).toMatchObject({ code: 0 });
  const ups = names.map((name) => host.miglab('up', 'test/lab/small-cluster.lab.yml', '-n', name));
  for (const up of await Promise.all(ups)) expect(up.code, up.stderr).toBe(0);
}, 240_000);

afterAll(async () => {
  for (const name of readdirSync(host.labs)) await host.miglab('down', '-n', name);
}, 60_000);

test('three labs are up at once, below a folder whose path is too long for a socket', async () => {
  const labs = await status();
  expect(labs.map(({ name, condition }) => [name, condition])).toEqual(
    [...names].sort().map((name) => [name, 'up']),
  );
  expect(new Set(labs.flatMap(({ machines }) => machines.map(({ sshPort }) => sshPort))).size).toBe(9);
});

test('a command reaches the machine of the lab that is named, and no other', async () => {
  for (const name of names)
    await host.miglab('exec', '-n', name, 'node-a', 'sh', '-c', `echo ${name} > /tmp/lab`);
  for (const name of names)
    expect((await host.miglab('exec', '-n', name, 'node-a', 'cat', '/tmp/lab')).stdout).toBe(`${name}\n`);
});

test('prune leaves labs that are up alone', async () => {
  const pruned = await host.miglab('prune', '--json');
  expect(JSON.parse(pruned.stdout)).toEqual({ removed: true, orphans: [] });
  for (const { condition } of await status()) expect(condition).toBe('up');
});

test('a name that is taken is refused before anything is done', async () => {
  const up = await host.miglab('up', '-n', one);
  expect(up).toMatchObject({
    code: 64,
    stdout: '',
    stderr: expect.stringContaining(`there is a lab "${one}" already: all machines are up`),
  });
});

test('QEMU killed: status and exec name the machine, the others go on, prune leaves them', async () => {
  const victim = machineOf(await lab(one), 'node-b');
  process.kill(victim.process.pid, 'SIGKILL');
  await gone(victim.process);
  expect(await lab(one)).toMatchObject({ condition: 'damaged', why: 'node-b gone' });
  expect((await host.miglab('status')).stdout).toMatch(/ {2}node-b +gone pid \d+\n/);
  expect(await host.miglab('exec', '-n', one, 'node-b', 'true')).toMatchObject({
    code: 69,
    stderr: expect.stringContaining(
      `node-b of lab "${one}" is gone: its process ${victim.process.pid} has ended`,
    ),
  });
  await host.miglab('prune');
  expect((await host.miglab('exec', '-n', one, 'peer', 'true')).code).toBe(0);
});

test('all machines killed: prune removes what is left of the lab, and of no other', async () => {
  const { machines } = await lab(one);
  for (const { process: each } of machines) if (isAlive(each)) process.kill(each.pid, 'SIGKILL');
  await Promise.all(machines.map((each) => gone(each.process)));
  expect(await lab(one)).toMatchObject({ condition: 'dead', why: 'its machines are gone' });
  const dry = await host.miglab('prune', '--dry-run');
  expect(dry.stdout).toBe(`would go  lab ${one}: its machines are gone\n`);
  expect(existsSync(join(host.labs, one))).toBe(true);
  expect((await host.miglab('prune')).stdout).toBe(`gone  lab ${one}: its machines are gone\n`);
  expect((await status()).map(({ name }) => name)).toEqual([three, two].sort());
});

test('a lab.json that is damaged or of another version: said so, not pruned, and down ends every machine', async () => {
  const file = join(host.labs, two, 'lab.json');
  const good = readFileSync(file, 'utf8');
  const { machines } = await lab(two);
  writeFileSync(file, good.replace('"schema": 2', '"schema": 99'));
  expect((await lab(two)).why).toContain('was written by another version of miglab (its schema is 99');
  writeFileSync(file, good.slice(0, 100));
  expect(await host.miglab('exec', '-n', two, 'peer', 'true')).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/lab\.json is damaged\n {2}Take the lab down: miglab down -n two/),
  });
  expect(await lab(two)).toMatchObject({ condition: 'unreadable' });
  expect((await host.miglab('prune')).stdout).toBe('nothing to prune\n');
  expect((await host.miglab('down', '-n', two)).code).toBe(0);
  expect(machines.some((machine) => isAlive(machine.process))).toBe(false);
});

test('a machine that hangs is taken down with the others, and then nothing is left', async () => {
  const { machines } = await lab(three);
  process.kill(machineOf(await lab(three), 'peer').process.pid, 'SIGSTOP');
  const down = await host.miglab('down', '-n', three, '--json');
  expect(JSON.parse(down.stdout).ended.sort()).toEqual(['node-a', 'node-b', 'peer']);
  expect(machines.some((machine) => isAlive(machine.process))).toBe(false);
  expect(host.traces()).toEqual([]);
});
