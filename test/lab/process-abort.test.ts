// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { addressOn, type MachinePlan } from '../../src/plan/lab.ts';
import { guestFiles, loadModule, startReceiver } from '../../src/plan/script.ts';
import { type Boot, carryOut, lab } from './boot.ts';
import { readAt, traffic } from './traffic.ts';
import { seenAtPeer } from './wire.ts';

const { events, secret } = guestFiles;
const { atPeer, start, goesOn, end } = traffic(
  '--role duplex --connections 3 --rate 1 --verify-every 5 --seed 5',
  500_000,
);
const [a = '', b = ''] = ['node-a', 'node-b'].map((name) => addressOn(lab, name, 'private'));

/** How the stream is disturbed when the connections are frozen, how long the process may be, and what the origin says then. */
const disturbances = [
  { action: 'before-connection', timeoutS: 60, reason: /stream: (connection|prepared)/ },
  { action: 'after-connection', timeoutS: 60, reason: /stream: (connection|prepared)/ },
  { action: 'spoil-connection', timeoutS: 60, reason: /destination: connection: bad-state/ },
  { action: 'withhold-prepared', timeoutS: 5, reason: /stream: prepared/ },
  { action: 'withhold-prepared', timeoutS: 60, reason: /stream: prepared/, killed: true },
];

/** At the origin: the migration goes through a relay on the private wire, which disturbs it. */
const disturbed = disturbances.flatMap(({ action, timeoutS, killed }, index) => [
  `python3 /run/miglab/relay.py ${a}:${7800 + index} ${b}:7702 ${action} > /run/miglab/relayed & relay=$!`,
  'exec 8< /run/miglab/relayed; read -r word <&8 || word=; [ "$word" = ready ] || fail "the relay does not listen"',
  `cr_checkpoint --to ${a}:${7800 + index} --secret-file ${secret} --timeout ${timeoutS} $pid >> ${events} & moving=$!`,
  'read -r word <&8 || word=; [ "$word" = disturbed ] || fail "the record did not come"',
  ...(killed ? [`barrier_at ${10 * index + 10} kill`] : []),
  `wait $moving && fail "${action}: the process was moved"`,
  'wait $relay; exec 8<&-',
  goesOn,
  `barrier_at ${10 * index + 11} gone`,
]);

const nothingLeft = 'while kill -0 $pid 2> /dev/null; do sleep 0.1; done';
const atDestination = disturbances.flatMap(({ killed }, index) => [
  ...(killed ? [`barrier_at ${10 * index + 10} kill`, 'kill -KILL $pid'] : []),
  `barrier_at ${10 * index + 11} gone; ${nothingLeft}`,
]);
const peerMeets = disturbances.flatMap(({ killed }, index) => [
  ...(killed ? [`barrier_at ${10 * index + 10} kill`] : []),
  `barrier_at ${10 * index + 11} gone`,
]);

function steps(machine: MachinePlan): string[] {
  if (machine.role === 'peer')
    return atPeer('barrier_at 2 started > /dev/null', ...peerMeets, 'barrier_at 200 moved');
  const node = [...loadModule(lab, machine), ...startReceiver(lab, machine), 'barrier_at 1 listening'];
  if (machine.name === 'node-b')
    return [
      ...node,
      readAt('pid', 2, 'started'),
      ...atDestination,
      'barrier_at 200 moved',
      goesOn,
      ...end,
      'say module "counters=$(cat /proc/net/tcpmig)"',
    ];
  return [
    ...node,
    `cat > /run/miglab/relay.py <<'PYTHON'\n${readFileSync('lab/cr/test/relay.py', 'utf8')}PYTHON`,
    'mkfifo /run/miglab/relayed',
    ...start(5),
    'barrier_at --put pid=$pid 2 started > /dev/null',
    ...disturbed,
    'say module "counters=$(cat /proc/net/tcpmig)"',
    `cr_checkpoint --to ${b} --secret-file ${secret} $pid >> ${events} || fail "the later migration failed"`,
    'barrier_at 200 moved',
  ];
}

const counter = (boot: Boot, node: string, name: string) =>
  Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(String(boot.events(node, 'module')[0]?.counters))?.[1]);

test('a process whose connections are frozen goes on at the origin when the stream is cut, the state is refused, the deadline passes or the destination dies', async () => {
  const boot = await carryOut('called off', steps, { timeoutS: 240 });
  expect(boot.problem).toBe('');
  const moves = boot.events('node-a', 'migration');
  expect(moves.map(({ status }) => status)).toEqual([...disturbances.map(() => 'aborted'), 'ok']);
  for (const [index, { reason, action }] of disturbances.entries()) {
    expect(moves[index]?.reason, action).toMatch(reason);
    expect(moves[index]?.sockets_ns, `${action}: a connection was frozen`).toBeGreaterThan(0);
  }
  expect(counter(boot, 'node-a', 'aborted')).toBeGreaterThanOrEqual(disturbances.length);
  expect(counter(boot, 'node-a', 'aborted')).toBe(counter(boot, 'node-a', 'frozen'));
  expect(counter(boot, 'node-b', 'activated')).toBe(3);
  for (const [machine, event] of [
    ['peer', 'peer-end'],
    ['node-b', 'workload-end'],
  ] as const)
    expect(boot.events(machine, event)[0]).toMatchObject({
      connections: 3,
      rx_wrong: 0,
      rx_missing: 0,
      exit: 0,
    });
  expect(await seenAtPeer(boot)).toMatchObject({ resets: 0 });
}, 400_000);
