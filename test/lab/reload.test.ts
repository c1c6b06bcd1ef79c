// SPDX-License-Identifier: GPL-2.0-only
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runScript } from '../../src/guest/script.ts';
import type { MachinePlan } from '../../src/plan/lab.ts';
import { newModule, reloadScript } from '../../src/plan/reload.ts';
import { connect } from '../../src/run/connect.ts';
import { reloadModule } from '../../src/run/reload.ts';
import { readPlan } from '../../src/vm/lab-plan.ts';
import { miglab } from './program.ts';

const name = `test-reload-${process.pid}`;
const nodes = ['node-a', 'node-b'];

beforeAll(async () => {
  expect(await miglab('up', '-n', name)).toMatchObject({ code: 0 });
}, 200_000);
afterAll(() => miglab('down', '-n', name));

const inside = async (machine: string, command: string) =>
  (await miglab('exec', '-n', name, machine, 'sh', '-c', command)).stdout;
const loaded = () =>
  Promise.all(nodes.map((node) => inside(node, 'md5sum < /sys/module/tcpmig/notes/.note.gnu.build-id')));

test('before it is loaded, a new module is only brought there', async () => {
  const { nodes: reloaded } = await reloadModule(name, () => undefined);
  expect(reloaded).toEqual(nodes.map((node) => ({ node, loaded: false })));
});

test('the module is replaced under a connection, which goes on without a wrong byte and migrates with the new one', async () => {
  const started = await miglab('workload', '-n', name, '--rate', '1', '--json');
  expect(started).toMatchObject({ code: 0 });
  const before = await loaded();
  const { nodes: reloaded } = await reloadModule(name, () => undefined, 'queue');
  expect(reloaded).toEqual(nodes.map((node) => ({ node, loaded: true })));
  const after = await loaded();
  expect(after[0]).not.toBe(before[0]);
  expect(after[0]).toBe(after[1]);
  // And back, as a user does it: the broken one loses what is queued.
  expect(await miglab('module', 'reload', '-n', name)).toMatchObject({ code: 0 });
  expect(await loaded()).toEqual(before);
  expect(await miglab('migrate', '-n', name)).toMatchObject({ code: 0 });
  const stopped = await miglab('workload', '-n', name, '--stop', '--json');
  expect(stopped).toMatchObject({ code: 0 });
  expect(JSON.parse(stopped.stdout)).toMatchObject({ rx_wrong: 0, mem_wrong: 0, exit: 0 });
}, 120_000);

test('a module that the kernel refuses is named, and the old one comes back', async () => {
  const before = await loaded();
  const lab = readPlan(name);
  const node = lab.machines.find((machine) => machine.name === 'node-a') as MachinePlan;
  await inside(node.name, `echo no module > ${newModule}`);
  using session = await connect(name, node.name);
  const { code, stderr } = await runScript(session, reloadScript(lab, node));
  expect(code).toBe(1);
  expect(stderr).toMatch(/invalid module format.*the old one is back/s);
  expect(await loaded()).toEqual(before);
  expect(await inside(node.name, 'cat /sys/class/net/public/operstate')).toBe('up\n');
}, 60_000);
