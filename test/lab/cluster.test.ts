// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { loadModule } from '../../src/plan/script.ts';
import { carryOut, lab } from './boot.ts';

const events = '/run/miglab/events.jsonl';

test('of 200 connections to the shared address each is accepted by exactly one node, and a closed port is refused once', async () => {
  const boot = await carryOut('200 connections', (machine) =>
    machine.role === 'peer'
      ? [
          'barrier_at 1 listening',
          `connections --to ${lab.cluster.address}:6000 --count 200 --closed-port 6001 >> ${events} || fail "connections: $?"`,
          'barrier_at 2 done',
        ]
      : [
          ...loadModule(lab, machine),
          `connections serve --listen ${lab.cluster.address}:6000 --name ${machine.name} >> ${events} & serving=$!`,
          'barrier_at 1 listening',
          'barrier_at 2 done',
          'kill -TERM $serving; wait $serving || :',
        ],
  );
  expect(boot.problem).toBe('');
  const [asked] = boot.events('peer', 'connections');
  expect(asked).toMatchObject({ asked: 200, connected: 200, timed_out: 0 });
  const by = asked?.by as Record<string, number>;
  expect((by['node-a'] ?? 0) + (by['node-b'] ?? 0)).toBe(200);
  // The rule spreads them: a node that accepts nothing would mean that only one of them listens.
  expect(Math.min(by['node-a'] ?? 0, by['node-b'] ?? 0)).toBeGreaterThan(50);
}, 180_000);
