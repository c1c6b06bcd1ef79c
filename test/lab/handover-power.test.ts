// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { type PlannedImpairment, planImpairment } from '../../src/plan/impairment.ts';
import { addressOn, type MachinePlan } from '../../src/plan/lab.ts';
import { guestFiles, loadModule, startReceiver } from '../../src/plan/script.ts';
import { impairmentSchema } from '../../src/spec/impairment.ts';
import { carryOut, lab } from './boot.ts';
import { type Traffic, traffic } from './traffic.ts';
import { seenAtPeer } from './wire.ts';

const { events, secret } = guestFiles;
const b = addressOn(lab, 'node-b', 'private');
const lively = traffic(
  '--role duplex --connections 3 --rate 1 --report-ms 50 --verify-every 1 --seed 13',
  50_000,
);
/** For a quarter of an hour, in which each event costs time. */
const quiet = traffic(
  '--role duplex --connections 3 --rate 0.05 --report-ms 1000 --verify-every 60 --seed 13',
  20_000,
);
/** Another process, of whose hand-over something else becomes. */
const second = {
  options: '--role duplex --rate 0.05 --report-ms 500 --seed 14 --log /run/miglab/second.jsonl',
  address: `${addressOn(lab, 'peer', 'public')}:5001`,
};
const powerCut = (machine: string): PlannedImpairment[] => [
  planImpairment(impairmentSchema.parse({ kind: 'power-cut', machine, begin: '1500ms' })),
];
/** Each of them is at its step when the power goes, and waits for longer than that. */
const handOver = (fault: string, pid: string) =>
  `cr_checkpoint --to ${b} --secret-file ${secret} --timeout 3 --doubt 1 --fault stop@${fault} $${pid} >> ${events}`;
const stopped = (pid: string) =>
  `until grep -q 'State:.T' /proc/$${pid}/status 2> /dev/null; do sleep 0.02; done`;
/** Of the hand-over of this process. */
const idOf = (pid: string) =>
  `cr_resolve | sed -n "/\\"pid\\":$${pid},/s/.*\\"id\\":\\"\\([0-9a-f]*\\)\\".*/\\1/p"`;
const resolve = (code: number, options: string) =>
  `code=0; cr_resolve ${options} >> ${events} || code=$?; [ $code = ${code} ] || fail "cr_resolve ${options}: $code"`;

const peerSteps = ({ atPeer }: Traffic, ...between: string[]) => [
  `workload peer --listen ${second.address} ${second.options} > /dev/null 2>&1 & other=$!`,
  ...atPeer('barrier_at 2 started > /dev/null', ...between),
];
const ready = (machine: MachinePlan) => [
  ...loadModule(lab, machine),
  ...startReceiver(lab, machine),
  'barrier_at 1 listening',
];
const startBoth = ({ start }: Traffic) => [
  ...start(1),
  `cr_run workload --connect ${second.address} ${second.options} > /dev/null 2>&1 < /dev/null & other=$!`,
  `await --file /run/miglab/second.jsonl --timeout 60 'rx_bytes>=10000' || fail "the second process does not start"`,
  'barrier_at --put pid=$pid --put other=$other 2 started > /dev/null',
];
const zero = 'zero control 0 > /dev/null';
const readBoth = [
  'said=$(barrier_at 2 started)',
  'pid=$(echo "$said" | sed -n \'s/^pid=//p\'); other=$(echo "$said" | sed -n \'s/^other=//p\')',
];

function destinationDies(machine: MachinePlan): string[] {
  if (machine.role === 'peer') return peerSteps(lively);
  if (machine.name === 'node-b')
    return [
      ...ready(machine),
      ...readBoth,
      stopped('pid'),
      stopped('other'),
      'say stopped',
      'while :; do sleep 1; done',
    ];
  return [
    ...ready(machine),
    ...startBoth(lively),
    zero,
    `${handOver('destination-prepared', 'pid')} & first=$!`,
    `${handOver('destination-active', 'other')} & second=$!`,
    'code=0; wait $first || code=$?; [ $code = 2 ] || fail "the first: $code"',
    'code=0; wait $second || code=$?; [ $code = 2 ] || fail "the second: $code"',
    resolve(2, `--secret-file ${secret}`),
    resolve(0, `--keep $(${idOf('pid')})`),
    lively.goesOn,
    resolve(3, `--give-up $(${idOf('other')})`),
    'while kill -0 $other 2> /dev/null; do sleep 0.02; done',
    ...lively.end,
  ];
}

test('the destination loses its power with the commit under way: the origin is in doubt until an operator keeps the process, or gives it up', async () => {
  const boot = await carryOut('destination dies', destinationDies, {
    ...{ timeoutS: 120, impairments: powerCut('node-b') },
  });
  expect(boot.problem).toBe('');
  expect(boot.qemu('node-b')).toContain('power cut at');
  expect(boot.events('node-b', 'stopped')).toHaveLength(1);
  expect(boot.events('node-a', 'migration').map(({ status }) => status)).toEqual(['in-doubt', 'in-doubt']);
  const settled = boot.events('node-a', 'resolution').map(({ status }) => status);
  expect(settled).toEqual(['in-doubt', 'in-doubt', 'kept', 'lost']);
  const whole = { connections: 3, rx_wrong: 0, rx_missing: 0, exit: 0 };
  expect(boot.events('peer', 'peer-end')[0]).toMatchObject(whole);
  expect(boot.events('node-a', 'workload-end')[0]).toMatchObject({ ...whole, mem_wrong: 0 });
  expect(await seenAtPeer(boot)).toMatchObject({ resets: 0 });
}, 240_000);

function originDies(machine: MachinePlan): string[] {
  if (machine.role === 'peer') return peerSteps(lively);
  if (machine.name === 'node-a')
    return [
      ...ready(machine),
      ...startBoth(lively),
      zero,
      `${handOver('origin-decided', 'pid')} &`,
      `${handOver('origin-image', 'other')} &`,
      stopped('pid'),
      stopped('other'),
      'say stopped',
      'while :; do sleep 1; done',
    ];
  return [
    ...ready(machine),
    ...readBoth,
    'until cr_resolve | grep in-doubt; do sleep 0.02; done',
    // It answers until its power is cut, that it has not come to a decision that it can tell.
    `until cr_resolve --secret-file ${secret} $(${idOf('pid')}) | grep -e 'timed out' -e 'No route'; do sleep 0.1; done`,
    resolve(2, `--secret-file ${secret} $(${idOf('pid')})`),
    resolve(0, `--keep $(${idOf('pid')})`),
    lively.goesOn,
    'while kill -0 $other 2> /dev/null; do sleep 0.02; done',
    `cr_resolve >> ${events} || fail "something is not settled"`,
    ...lively.end,
  ];
}

test('the origin loses its power: a process that is whole at the destination waits for an operator, half of one is dropped', async () => {
  const boot = await carryOut('origin dies', originDies, {
    ...{ timeoutS: 120, impairments: powerCut('node-a') },
  });
  expect(boot.problem).toBe('');
  expect(boot.qemu('node-a')).toContain('power cut at');
  expect(boot.events('node-a', 'stopped')).toHaveLength(1);
  const settled = boot.events('node-b', 'resolution').map(({ status }) => status);
  expect(settled.slice(0, 2)).toEqual(['in-doubt', 'moved']);
  expect(settled.slice(2).toSorted()).toEqual(['kept', 'moved']);
  const whole = { connections: 3, rx_wrong: 0, rx_missing: 0, exit: 0 };
  expect(boot.events('peer', 'peer-end')[0]).toMatchObject(whole);
  expect(boot.events('node-b', 'workload-end')[0]).toMatchObject({ ...whole, mem_wrong: 0 });
  expect(await seenAtPeer(boot)).toMatchObject({ resets: 0 });
}, 240_000);

/** Linux: tcp_retries2 of 15, that is 924.6 s, and then the retransmission that is next (tcp_write_timeout). */
const limitS = 924.6;
const patienceS = 900;

function longDoubt(machine: MachinePlan): string[] {
  if (machine.role === 'peer')
    return peerSteps(
      quiet,
      'barrier_at 3 doubt',
      'say doubt',
      'code=0; wait $other || code=$?; say died code=$code',
      'barrier_at 4 died',
    );
  if (machine.name === 'node-b')
    return [
      ...ready(machine),
      ...readBoth,
      'barrier_at 3 doubt',
      `sleep ${patienceS}; kill -CONT $pid`,
      quiet.goesOn,
      'barrier_at 4 died',
      quiet.goesOn,
      ...quiet.end,
    ];
  return [
    ...ready(machine),
    ...startBoth(quiet),
    `${handOver('destination-told', 'pid')} & first=$!`,
    `${handOver('destination-told', 'other')} & second=$!`,
    'wait $first || wait $second || :',
    'barrier_at 3 doubt',
    'barrier_at 4 died',
    resolve(0, `--secret-file ${secret} $(${idOf('pid')})`),
  ];
}

test('in doubt a peer that sends keeps its connection for a quarter of an hour: one that is settled before goes on, another dies', async () => {
  const boot = await carryOut('long doubt', longDoubt, { timeoutS: 2000, impairments: [] });
  expect(boot.problem).toBe('');
  expect(boot.events('node-a', 'migration').map(({ status }) => status)).toEqual(['in-doubt', 'in-doubt']);
  const [doubt, died] = ['doubt', 'died'].map((event) => boot.events('peer', event)[0]);
  expect(died).toMatchObject({ code: '3' });
  const lastedS = (Number(died?.t_ns) - Number(doubt?.t_ns)) / 1e9;
  expect(lastedS).toBeGreaterThan(limitS);
  expect(lastedS).toBeLessThan(limitS + 120);
  const whole = { connections: 3, rx_wrong: 0, rx_missing: 0, exit: 0 };
  expect(boot.events('peer', 'peer-end')[0]).toMatchObject(whole);
  expect(boot.events('node-b', 'workload-end')[0]).toMatchObject({ ...whole, mem_wrong: 0 });
  expect(boot.events('node-a', 'resolution').map(({ status }) => status)).toEqual(['moved']);
}, 300_000);
