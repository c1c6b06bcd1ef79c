// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { randomNumbers } from '../../src/random.ts';
import { newHost, signalAt } from './host.ts';

// Whether KVM works is asked anew, and a machine saved, so that this is interrupted as well.
const host = newHost({ cold: ['accelerator', 'machines'] });
const results = join(host.folder, 'results');
const up = ['up', 'test/lab/small-cluster.lab.yml'];
const run = ['run', 'test/lab/small.exp.yml', '--results', results];

const machines = join(host.env.XDG_CACHE_HOME, 'miglab/machines');

/** The ways in which a lab comes up, how often it is killed in each, and how long that takes when nobody does, in ms. */
const saved = { what: 'from a saved machine', argv: up, forget: false, kills: 6, lifetime: 0 };
const booted = { what: 'with a boot', argv: [...up, '--cold'], forget: false, kills: 4, lifetime: 0 };
/** Up to where it goes on as from any saved machine. */
const saving = { what: 'a machine is saved first', argv: up, forget: true, kills: 5, lifetime: 0 };
const ways = [saved, booted, saving];

beforeAll(async () => {
  for (const way of [saving, saved, booted]) {
    if (way.forget) rmSync(machines, { recursive: true });
    const begin = performance.now();
    expect(await host.miglab(...way.argv), way.what).toMatchObject({ code: 0 });
    way.lifetime = performance.now() - begin;
    expect(await host.miglab('down')).toMatchObject({ code: 0 });
    expect(host.traces()).toEqual([]);
  }
  saving.lifetime -= saved.lifetime;
}, 240_000);

/** One instant in each of `count` equal parts of the time, at random within it, in random order. */
function instants(seed: number, count: number, length: number): number[] {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, (_, part) => ({
    at: ((part + random()) / count) * length,
    key: random(),
  }))
    .sort((a, b) => a.key - b.key)
    .map(({ at }) => Math.round(at));
}

async function killAfter(ms: number, argv: string[]): Promise<boolean> {
  const { child, ended } = host.start(...argv);
  const finished = await Promise.race([ended.then(() => true), after(ms, false)]);
  if (!finished) child.kill('SIGKILL');
  await ended;
  return !finished;
}

test('15 kill -9 of `up` at random instants: prune or down leaves no process, socket, state or temporary file', async () => {
  let killed = 0;
  for (const way of ways)
    for (const [index, instant] of instants(5, way.kills, way.lifetime).entries()) {
      if (way.forget) rmSync(machines, { recursive: true, force: true });
      const wasKilled = await killAfter(instant, way.argv);
      if (wasKilled) killed++;
      // Both ways out; down needs a lab, which there is only after the first part of a second.
      const byName = !wasKilled || (index % 2 === 1 && existsSync(join(host.labs, 'lab')));
      const told = `${way.what}, killed after ${instant} ms`;
      if (byName) expect(await host.miglab('down'), told).toMatchObject({ code: 0 });
      // What was on its way in or out has no name for down.
      expect(await host.miglab('prune'), told).toMatchObject({ code: 0 });
      expect(host.traces(), told).toEqual([]);
    }
  expect(killed).toBeGreaterThan(10);
}, 300_000);

test('5 kill -9 of `run` at random instants: prune leaves nothing but the results, which can be read', async () => {
  for (const instant of instants(6, 5, booted.lifetime * 1.5)) {
    expect(await killAfter(instant, run)).toBe(true);
    expect(await host.miglab('prune')).toMatchObject({ code: 0 });
    expect(host.traces(), `killed after ${instant} ms`).toEqual([]);
  }
  for (const name of readdirSync(results))
    for (const file of readdirSync(join(results, name)).filter((each) => each.endsWith('.json')))
      JSON.parse(readFileSync(join(results, name, file), 'utf8'));
}, 300_000);

test.each([
  ['SIGINT', 'acceleration', 130],
  ['SIGTERM', 'boot: ', 143],
  ['SIGHUP', 'boot: ', 129],
] as const)(
  '%s at "%s" of `up` leaves nothing, without prune',
  async (signal, stage, code) => {
    expect(await signalAt(stage, signal, host.start(...up, '--cold'))).toMatchObject({
      code,
      stderr: expect.stringContaining(`interrupted by ${signal}`),
    });
    expect(host.traces()).toEqual([]);
  },
  60_000,
);
