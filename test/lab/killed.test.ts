// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { newHost, signalAt } from './host.ts';
import { randomNumbers } from './random.ts';

// Whether KVM works is asked anew each time, so that this is interrupted as well.
const host = newHost({ cold: ['accelerator'] });
const results = join(host.folder, 'results');
const up = ['up', 'test/lab/small-cluster.lab.yml'];
const run = ['run', 'test/lab/small.exp.yml', '--results', results];

/** How long `up` takes when nobody kills it, in ms. */
let lifetime = 0;

beforeAll(async () => {
  const begin = performance.now();
  expect(await host.miglab(...up)).toMatchObject({ code: 0 });
  lifetime = performance.now() - begin;
  expect(await host.miglab('down')).toMatchObject({ code: 0 });
  expect(host.traces()).toEqual([]);
}, 180_000);

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

test('14 kill -9 of `up` at random instants: prune or down leaves no process, socket, state or temporary file', async () => {
  let killed = 0;
  for (const [index, instant] of instants(5, 14, lifetime).entries()) {
    const wasKilled = await killAfter(instant, up);
    if (wasKilled) killed++;
    const isUp = !wasKilled;
    // Both ways out; down needs a lab, which there is only after the first part of a second.
    const named = index % 2 === 1 && readdirSync(host.labs).includes('lab');
    const after = isUp || named ? await host.miglab('down') : await host.miglab('prune');
    expect(after, `killed after ${instant} ms`).toMatchObject({ code: 0 });
    if (named) await host.miglab('prune'); // What was on its way in or out has no name for down.
    expect(host.traces(), `killed after ${instant} ms`).toEqual([]);
  }
  expect(killed).toBeGreaterThan(10);
}, 300_000);

test('6 kill -9 of `run` at random instants: prune leaves nothing but the results, which can be read', async () => {
  for (const instant of instants(6, 6, lifetime * 1.5)) {
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
    expect(await signalAt(stage, signal, host.start(...up))).toMatchObject({
      code,
      stderr: expect.stringContaining(`interrupted by ${signal}`),
    });
    expect(host.traces()).toEqual([]);
  },
  60_000,
);
