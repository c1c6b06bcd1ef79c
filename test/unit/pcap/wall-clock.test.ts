// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { WallClock } from '../../../src/pcap/wall-clock.ts';

const tickUs = 4000;

test('of sightings that are early by up to a tick the best one counts', () => {
  const clock = new WallClock();
  const offsetUs = -186_000_123;
  for (const recordUs of [1_000_001_000, 1_000_006_500, 1_000_010_900]) {
    const changedUs = recordUs + offsetUs;
    clock.see(recordUs, changedUs - (changedUs % tickUs));
  }
  expect(offsetUs - clock.offsetUs(0)).toBeGreaterThanOrEqual(0);
  expect(offsetUs - clock.offsetUs(0)).toBeLessThan(1000);
});

test('without a sighting the offset is the one that is given', () => {
  expect(new WallClock().offsetUs(42)).toBe(42);
});
