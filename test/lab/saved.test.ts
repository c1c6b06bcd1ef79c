// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { machineFiles } from '../../src/plan/qemu.ts';
import { cacheFolder } from '../../src/vm/folders.ts';
import { labFolder } from '../../src/vm/state.ts';
import { miglab } from './program.ts';

const names = ['one', 'two'].map((each) => `test-saved-${each}-${process.pid}`);
const [one = '', two = ''] = names;
const machines = ['node-a', 'node-b', 'peer'];

afterAll(() => Promise.all(names.map((name) => miglab('down', '-n', name))));

const inside = async (name: string, machine: string, command: string) =>
  (await miglab('exec', '-n', name, machine, 'sh', '-c', command)).stdout;

/** A machine that goes on from a saved one said before it was saved that it waits, not on this console. */
const didBoot = (name: string, machine: string) =>
  readFileSync(join(labFolder(name), machineFiles(machine).console), 'utf8').includes('machine waits');

test('labs go on from one saved machine, and have nothing in common but what it booted', async () => {
  for (const name of names) expect(await miglab('up', '-n', name)).toMatchObject({ code: 0 });
  const seen = new Map<string, string>();
  for (const name of names)
    for (const machine of machines) {
      const what = `${name} ${machine}`;
      const said = await inside(
        name,
        machine,
        'hostname; date +%s; ls /sys/class/net; head -c 16 /dev/urandom | od -An -tx1; ' +
          'cat /sys/class/net/public/address; md5sum < /etc/miglab/secret',
      );
      const [host, time, ...rest] = said.trim().split('\n');
      expect(didBoot(name, machine)).toBe(false);
      expect(host).toBe(machine);
      expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(60);
      const cards = rest.slice(
        0,
        rest.findIndex((line) => line.startsWith(' ')),
      );
      expect(cards.filter((card) => !card.startsWith('unused')).sort()).toEqual(
        ['lo', 'mgmt', 'control', 'public', ...(machine === 'peer' ? [] : ['private'])].sort(),
      );
      seen.set(what, rest.slice(cards.length).join('\n'));
    }
  // Each machine has its own random numbers, each lab its own secret.
  const randoms = [...seen.values()].map((text) => text.split('\n')[0]);
  expect(new Set(randoms).size).toBe(6);
  const secrets = [...seen.values()].map((text) => text.split('\n')[2]);
  expect(new Set(secrets).size).toBe(2);
  const keys = names.map((name) => readFileSync(join(labFolder(name), 'host_key.pub'), 'utf8'));
  expect(keys[0]).not.toBe(keys[1]);
  expect(await inside(one, 'node-a', 'ping -c 1 -W 5 10.77.1.2 && ping -c 1 -W 5 10.77.0.100')).toMatch(
    /1 packets received.*1 packets received/s,
  );
}, 240_000);

test('a saved machine that was damaged is made anew, and --cold does without', async () => {
  await Promise.all(names.map((name) => miglab('down', '-n', name)));
  const folders = readdirSync(cacheFolder('machines')).map((name) => join(cacheFolder('machines'), name));
  for (const folder of folders.filter((path) => statSync(path).isDirectory()))
    truncateSync(join(folder, 'state'), 1000);
  const again = await miglab('up', '-n', one);
  expect(again).toMatchObject({ code: 0 });
  expect(again.stderr).toContain('saving a machine to go on from');
  const cold = await miglab('up', '-n', two, '--cold');
  expect(cold).toMatchObject({ code: 0 });
  expect(cold.stderr).not.toContain('saving');
  expect(machines.map((machine) => didBoot(two, machine))).toEqual([true, true, true]);
  expect(await inside(two, 'peer', 'ls /sys/class/net')).not.toContain('unused');
}, 240_000);
