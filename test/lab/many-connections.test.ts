// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { carryOut, lab } from './boot.ts';
import { manyMove } from './many.ts';
import { seenAtPeer } from './wire.ts';

const connections = 200;

test('a process with 200 connections, and no descriptor to spare, moves with all of them, and every byte is right', async () => {
  const boot = await carryOut(
    'many connections',
    // The move needs as many descriptors again: it takes them beside the limit, which the program has again afterwards.
    (machine) => manyMove(lab, machine, { connections, rateMbS: 4, prepare: 'ulimit -n 220' }),
    { timeoutS: 300, impairments: [] },
  );
  expect(boot.problem).toBe('');
  const [moved] = boot.events('node-a', 'migration');
  expect(moved).toMatchObject({ status: 'ok' });
  const moves = moved?.connections as { lport: number }[];
  expect(new Set(moves.map(({ lport }) => lport)).size).toBe(connections);
  const complete = { connections, rx_wrong: 0, rx_missing: 0, exit: 0, endings: { eof: connections } };
  expect(boot.events('peer', 'peer-end')[0]).toMatchObject(complete);
  expect(boot.events('node-b', 'workload-end')[0]).toMatchObject(complete);
  expect(await seenAtPeer(boot)).toMatchObject({ resets: 0 });
}, 400_000);
