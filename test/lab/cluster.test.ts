// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCaptureFile } from '../../src/pcap/capture-file.ts';
import { TcpFlag } from '../../src/pcap/segment.ts';
import { loadModule } from '../../src/plan/script.ts';
import { carryOut, lab } from './boot.ts';

const events = '/run/miglab/events.jsonl';

test('of 200 connections to the shared address each is accepted by exactly one node, and an attempt at a closed port is refused exactly once', async () => {
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
  const { resets, accepting } = await answers(join(boot.directory, 'public.pcap'));
  expect(asked?.echo).toMatchObject({ exactly_once: 200 });
  expect(asked?.closed).toMatchObject({ asked: 200, refused: 200 });
  expect(resets.size).toBe(200);
  expect([...resets.values()].filter((count) => count !== 1)).toEqual([]);
  expect(accepting.size).toBe(200);
  expect([...accepting.values()].filter((macs) => macs.size !== 1)).toEqual([]);
}, 180_000);

/** What the peer's wire saw: RSTs of the closed port for each attempt, and who answered each connection's SYN. */
async function answers(capture: string) {
  const resets = new Map<number, number>();
  const accepting = new Map<number, Set<number>>();
  await readCaptureFile(capture, (segment, verdict) => {
    if (verdict !== 'tcp') return;
    const port = segment.destinationPort;
    if (segment.sourcePort === 6001 && segment.flags & TcpFlag.rst)
      resets.set(port, (resets.get(port) ?? 0) + 1);
    if (segment.sourcePort !== 6000 || !(segment.flags & TcpFlag.syn)) return;
    const macs = accepting.get(port) ?? new Set();
    accepting.set(port, macs.add(segment.sourceMac));
  });
  return { resets, accepting };
}
