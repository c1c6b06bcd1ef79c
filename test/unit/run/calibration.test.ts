// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { planLab } from '../../../src/plan/lab.ts';
import { type Calibration, judge } from '../../../src/run/calibration.ts';
import { readTopology } from '../../../src/spec/topology.ts';

const lab = planLab(await readTopology('lab/topologies/broadcast-cluster.lab.yml'));
const trip = { leastNs: 276_000, meanNs: 283_000 };
const right: Calibration = {
  roundTrips: { public: trip, private: trip, control: trip },
  rates: { source: { fromNode: 117.6e6, fromPeer: 0 }, duplex: { fromNode: 117.1e6, fromPeer: 117.1e6 } },
  busy: { source: {}, duplex: {} },
};
const wrong = (calibration: Calibration) =>
  judge(lab, calibration)
    .filter(({ good }) => !good)
    .map(({ name }) => name);
const withRate = (fromNode: number): Calibration => ({
  ...right,
  rates: { ...right.rates, source: { fromNode, fromPeer: 0 } },
});
const withTrip = (leastNs: number, meanNs: number): Calibration => ({
  ...right,
  roundTrips: { ...right.roundTrips, private: { leastNs, meanNs } },
});

test('what the default wires give is good', () => {
  expect(wrong(right)).toEqual([]);
  expect(judge(lab, right)).toHaveLength(4);
});

test('a rate below 99% is not what the wire is meant to carry, and one above is no gigabit', () => {
  expect(wrong(withRate(116e6))).toEqual(['one direction on public']);
  expect(wrong(withRate(118.2e6))).toEqual(['one direction on public']);
  expect(wrong(withRate(0))).toEqual(['one direction on public']);
});

test('a ping that is faster than the wire, or waits for more than the kernels, is not good', () => {
  const name = 'ping on private, node-a and node-b';
  expect(wrong(withTrip(201_900, 283_000))).toEqual([name]);
  expect(wrong(withTrip(276_000, 330_000))).toEqual([name]);
});

test('a wire that nothing was measured on is not good', () => {
  const { public: one, control } = right.roundTrips;
  expect(wrong({ ...right, roundTrips: { public: one ?? trip, control: control ?? trip } })).toEqual([
    'ping on private, node-a and node-b',
  ]);
});

test('kernels on a processor of 4 ns an instruction may take longer', () => {
  const slow = {
    ...lab,
    machines: lab.machines.map((machine) => ({ ...machine, instructionNs: 4 })),
  };
  expect(judge(slow, withTrip(276_000, 500_000)).every(({ good }) => good)).toBe(true);
});
