// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { guestFiles, modulePath } from '../../src/plan/script.ts';
import { carryOut } from './boot.ts';
import { patience } from './chosen.ts';

const moves = 600;

test(
  'sessions, connections and captures that threads open, use and close at once leave nothing behind',
  async () => {
    const boot = await carryOut('race', () => [
      `insmod ${modulePath}`,
      `tcpmig-race ${moves} >> ${guestFiles.events} || fail "tcpmig-race ended with $?"`,
      'say module "counters=$(cat /proc/net/tcpmig)"',
      'rmmod tcpmig || fail "the module is still in use"',
      "! dmesg | grep -E 'WARNING:|BUG:|Oops|refcount_t:|UBSAN:|general protection' || fail 'the kernel complained'",
    ]);
    expect(boot.problem).toBe('');
    for (const machine of ['node-a', 'node-b', 'peer']) {
      const { event, t_ns, machine: name, ...deeds } = boot.events(machine, 'race-end')[0] ?? {};
      // Each kind of call came through, and met others.
      expect(Object.entries(deeds).filter(([, count]) => count === 0)).toEqual([]);
      expect(Object.keys(deeds).length).toBeGreaterThan(15);
      const counter = (of: string) =>
        Number(
          new RegExp(`^${of} (\\d+)$`, 'm').exec(String(boot.events(machine, 'module')[0]?.counters))?.[1],
        );
      expect(counter('frozen')).toBe(counter('committed') + counter('aborted'));
      expect(counter('built')).toBe(counter('activated') + counter('discarded'));
    }
  },
  patience * 240_000,
);
