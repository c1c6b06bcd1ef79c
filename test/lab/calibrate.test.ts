// SPDX-License-Identifier: GPL-2.0-only
import { beforeAll, expect, test } from 'vitest';
import { planLab } from '../../src/plan/lab.ts';
import { judge } from '../../src/run/calibration.ts';
import { readTopology } from '../../src/spec/topology.ts';
import { miglab, type Outcome } from './program.ts';

let calibrated: Outcome;

beforeAll(async () => {
  calibrated = await miglab('calibrate', 'test/lab/slow-wire.lab.yml', '--json');
}, 300_000);

test('a wire of half the rate and twice the latency gives what it is meant to', () => {
  expect(calibrated.code, calibrated.stderr).toBe(0);
  const { good, checks } = JSON.parse(calibrated.stdout);
  expect(good).toBe(true);
  const [ping, , , rate] = checks;
  expect(ping).toMatchObject({ name: 'ping on public, node-a and peer', expected: 2 * (200_000 + 2 * 1952) });
  expect(rate.expected).toBeCloseTo((62.5e6 * 1448) / 1538, 0);
  expect(rate.measured / rate.expected).toBeGreaterThanOrEqual(0.99);
  expect(rate.measured / rate.expected).toBeLessThanOrEqual(1.002);
});

test('it is not what a gigabit and 100 us would give; the other wires are', async () => {
  const gigabit = planLab(await readTopology('lab/topologies/broadcast-cluster.lab.yml'));
  const checks = judge(gigabit, JSON.parse(calibrated.stdout));
  expect(checks.filter(({ good }) => !good).map(({ name }) => name)).toEqual([
    'ping on public, node-a and peer',
    'one direction on public',
  ]);
});

test('both directions at once get no more than a direction each, and cost the processors more', () => {
  const { rates, busy, checks } = JSON.parse(calibrated.stdout);
  for (const rate of [rates.duplex.fromNode, rates.duplex.fromPeer]) {
    expect(rate).toBeGreaterThan(0);
    expect(rate).toBeLessThanOrEqual(1.002 * checks.at(-1).expected);
  }
  expect(rates.source.fromPeer).toBe(0);
  for (const machine of ['node-a', 'peer']) {
    expect(busy.source[machine]).toBeGreaterThan(0);
    expect(busy.duplex[machine]).toBeGreaterThan(busy.source[machine]);
    expect(busy.duplex[machine]).toBeLessThanOrEqual(1.05);
  }
});
