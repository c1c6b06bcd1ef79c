// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { MachinePlan } from '../../src/plan/lab.ts';
import { guestFiles } from '../../src/plan/script.ts';
import { carryOut, lab } from './boot.ts';
import { connect, serve, takes, wishes } from './passing.ts';
import { readAt } from './traffic.ts';
import { seenAtPeer } from './wire.ts';

const { events } = guestFiles;

/** Passes a connection while the others of the server are watched: all of them are there afterwards, and go on. */
const passOne = (variable: string, to: string) =>
  [
    `names > /run/miglab/before`,
    `tcpcp pass $${variable} ${takes(to)} >> ${events} || fail "$${variable} was not passed"`,
    `names > /run/miglab/after`,
    `[ "$(grep -vxF "$${variable}" /run/miglab/before)" = "$(cat /run/miglab/after)" ] || fail "others went with $${variable}"`,
    `[ -z "$(ss -tnH dst $${variable})" ] || fail "the origin still has $${variable}"`,
    'all_go_on',
  ].join('\n');

function passing(machine: MachinePlan): string[] {
  if (machine.role === 'peer')
    return [
      'barrier_at 1 listening',
      `${connect(41000)} & peer=$!`,
      'barrier_at 2 passed > /dev/null',
      'barrier_at 3 back > /dev/null',
      'wait $peer || fail "peer: $?"',
      'barrier_at 4 done',
    ];
  const other = machine.name === 'node-a' ? 'node-b' : 'node-a';
  const begun = 'until [ "$(names | wc -l)" -ge 3 ]; do sleep 0.05; done; all_go_on';
  const end = ['barrier_at 4 done', 'kill $server', `say module "counters=$(cat /proc/net/tcpmig)"`];
  if (machine.name === 'node-a')
    return [
      ...serve(machine),
      ...['barrier_at 1 listening', begun],
      'first=$(names | head -n 1)',
      passOne('first', other),
      'barrier_at --put first=$first 2 passed > /dev/null',
      readAt('second', 3, 'back'),
      ...['goes_on $first; goes_on $second', ...end],
    ];
  return [
    ...serve(machine),
    ...['barrier_at 1 listening', begun],
    'second=$(names | head -n 1)',
    readAt('first', 2, 'passed'),
    'goes_on $first',
    passOne('second', other),
    passOne('first', other),
    'barrier_at --put second=$second 3 back > /dev/null',
    ...end,
  ];
}

test('a server passes one of its connections to another machine, and back, while its others stay; every byte is right', async () => {
  const boot = await carryOut('connection passing', passing);
  expect(boot.problem).toBe('');
  const ends = boot.events('peer', 'peer');
  expect(ends).toHaveLength(wishes.connections);
  for (const end of ends)
    expect(end).toMatchObject({ sent: wishes.up, received: wishes.down, wrong: 0, state: 'eof' });
  const nodes = lab.machines.filter(({ role }) => role === 'node').map(({ name }) => name);
  const of = (event: string) => nodes.flatMap((node) => boot.events(node, event));

  const passes = of('pass');
  expect(passes.map(({ status, dropped }) => [status, dropped])).toEqual(Array(3).fill(['passed', 0]));
  // What goes with the connection: the destination goes on with the byte behind the last one that was served.
  const positions = (event: string) =>
    of(event)
      .map(({ peer, served, received }) => `${peer} ${served} ${received}`)
      .sort();
  expect(positions('arrived')).toEqual(positions('pass'));
  for (const { served, received } of passes) {
    expect(served).toBeGreaterThan(0);
    expect(received).toBeGreaterThan(0);
  }

  const served = of('end');
  expect(served).toHaveLength(wishes.connections);
  for (const end of served)
    expect(end).toMatchObject({ served: wishes.down, received: wishes.up, wrong: 0, state: 'done' });
  expect(served.map((end) => end.passes).sort()).toEqual([...Array(wishes.connections - 2).fill(0), 1, 2]);
  const counter = (name: string) =>
    of('module').reduce(
      (sum, { counters }) => sum + Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(String(counters))?.[1]),
      0,
    );
  expect([counter('committed'), counter('activated'), counter('aborted')]).toEqual([3, 3, 0]);
  expect(await seenAtPeer(boot)).toMatchObject({ resets: 0 });
}, 240_000);
