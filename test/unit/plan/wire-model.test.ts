// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { WirePlan } from '../../../src/plan/lab.ts';
import { payloadRate, roundTripNs } from '../../../src/plan/wire-model.ts';

const wire: WirePlan = {
  ...{ name: 'public', kind: 'broadcast', members: ['node-a', 'peer'], hub: 'peer' },
  ...{ bandwidth: 1e9, latencyNs: 100_000, queueBytes: 262_144, moderationNs: 50_000 },
};

test('a ping of 98 bytes takes 976 ns at a gigabit, on each of two cables and behind a switch once more', () => {
  expect(roundTripNs(wire, 98)).toBe(2 * (100_000 + 2 * 976));
  expect(roundTripNs({ ...wire, kind: 'pair' }, 98)).toBe(2 * (100_000 + 976));
});

test('a frame is never shorter than Ethernet lets it be', () => {
  expect(roundTripNs(wire, 42)).toBe(2 * (100_000 + 2 * 672));
});

test('TCP with timestamps gets 1448 of the 1538 bytes that a full frame takes', () => {
  expect(payloadRate(wire)).toBeCloseTo(117_685_305.6, 0);
  expect(payloadRate({ ...wire, bandwidth: 1e8 })).toBeCloseTo(11_768_530.6, 0);
});
