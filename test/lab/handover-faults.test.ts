// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { addressOn, type MachinePlan } from '../../src/plan/lab.ts';
import { guestFiles, loadModule, startReceiver } from '../../src/plan/script.ts';
import { type Boot, carryOut, lab } from './boot.ts';
import { inDoubt, load, meeting, type Row, rows, stopped } from './handover-rows.ts';
import { readAt } from './traffic.ts';
import { seenAtPeer } from './wire.ts';

const { events, secret } = guestFiles;
const { atPeer, start, goesOn, end } = load;

type Node = 'node-a' | 'node-b';
const other = (node: Node): Node => (node === 'node-a' ? 'node-b' : 'node-a');

/** Faults that no process survives, and how its only holder's death is told; of a process without connections. */
const lost = [
  { fault: 'kill@origin-sent', reason: 'it was ended here before the commit' },
  { fault: 'kill@origin-decided', reason: 'it was ended here when it had decided' },
  { fault: 'kill@destination-moved', reason: 'ended there by signal 9' },
  { fault: 'kill@destination-active', reason: 'ended there by signal 9' },
];
const nothingLeft = (pid = 'pid') => `while kill -0 $${pid} 2> /dev/null; do sleep 0.05; done`;

/** The status tells whether the checkpoint's signal has a handler yet. */
const startVictim = `cr_run python3 -S -c 'import time; time.sleep(1000)' < /dev/null > /dev/null 2>&1 & victim=$!; until grep -q 'SigCgt:.[89a-f]' /proc/$victim/status; do sleep 0.02; done`;
const moveVictim = (fault: string) =>
  `cr_checkpoint --to ${addressOn(lab, 'node-b', 'private')} --secret-file ${secret} --timeout 2 --doubt 30 --fault ${fault} $victim >> ${events}`;
const expectCode = (code: number, what: string) => `|| code=$?; [ $code = ${code} ] || fail "${what}: $code"`;

const lose = lost.flatMap(({ fault }) => [
  `${startVictim}; victims="$victims $victim"`,
  `code=0; ${moveVictim(fault)} ${expectCode(3, fault)}`,
  nothingLeft('victim'),
]);

/** The origin's process is killed with an answer unread: the stream ends by a reset, and the copy has to ask. */
const copyAsks = {
  origin: [
    `${startVictim}; victims="$victims $victim"; ${moveVictim('stop@origin-sent')} & moving=$!`,
    `${stopped('victim')}; barrier_at --put victim=$victim 50 started > /dev/null`,
    'barrier_at 51 whole > /dev/null; kill -KILL $victim',
    `code=0; wait $moving ${expectCode(3, 'killed')}`,
  ],
  destination: [
    readAt('victim', 50, 'started'),
    'until cr_resolve | grep "pid.:$victim,.*in-doubt" > /dev/null; do sleep 0.05; done; barrier_at 51 whole > /dev/null',
  ],
};

/** The tool that writes a file dies: the file's name tells what became of the process. */
const intoFile = (['prepared', 'published'] as const).flatMap((step) => [
  `${startVictim}; file=/run/miglab/${step}.image`,
  `code=0; cr_checkpoint -f $file --fault kill@tool-${step} $victim ${expectCode(137, step)}`,
  // The process may not have noticed yet.
  `id=; until [ -n "$id" ]; do ${inDoubt}; done`,
  `until cr_resolve $id > /run/miglab/said; do sleep 0.02; done; cat /run/miglab/said >> ${events}`,
  step === 'prepared'
    ? `until grep -q 'State:.S' /proc/$victim/status; do sleep 0.02; done; [ ! -e $file ] && [ ! -e $file.partial ] || fail "it does not go on"; kill $victim`
    : `${nothingLeft('victim')}; [ -e $file ] || fail "it is not in its file"`,
]);

const losses = {
  'node-a': [
    'victims=',
    ...lose,
    ...copyAsks.origin,
    ...intoFile,
    'barrier_at --put victims="$victims" 52 lost > /dev/null',
  ],
  'node-b': [
    ...copyAsks.destination,
    `${readAt('victims', 52, 'lost')}; for victim in $victims; do ${nothingLeft('victim')}; done`,
  ],
};

/** Where the process is before each row, and after the last. */
const holders: Node[] = ['node-a'];
for (const { goesOnAt } of rows) {
  const last = holders.at(-1) ?? 'node-a';
  holders.push(goesOnAt === 'origin' ? last : other(last));
}

const barrierOf = (index: number) => 100 * (index + 1);

function rowSteps(row: Row, index: number, node: Node): string[] {
  const origin = holders[index] ?? 'node-a';
  const side = node === origin ? 'origin' : 'destination';
  const { meanwhile, after } = row;
  const move = `cr_checkpoint --to ${addressOn(lab, other(origin), 'private')} --secret-file ${secret} ${row.options ?? '--timeout 20'} --fault ${row.fault} $pid >> ${events}`;
  return [
    `row=${barrierOf(index)}; echo "row ${row.fault}" > /dev/console`,
    ...(side === 'origin' ? [`${move} & moving=$!`] : []),
    ...(meanwhile?.[side] ?? []),
    ...(side === 'origin'
      ? [`code=0; wait $moving || code=$?; [ $code = ${row.code} ] || fail "${row.fault}: exit code $code"`]
      : []),
    `row=$((row + 20)); ${meeting(0)}; row=$((row + 1))`,
    ...(after?.[side] ?? []),
    `row=$((row + 20)); ${meeting(0)}`,
    row.goesOnAt === side ? goesOn : nothingLeft(),
    `row=$((row + 1)); ${meeting(0)}`,
  ];
}

const peerMeets = rows.flatMap(({ meanwhile, after }, index) => {
  const base = barrierOf(index);
  const some = (from: number, count = 0) => Array.from({ length: count }, (_, number) => from + number);
  return [
    ...some(base, meanwhile?.meet),
    base + 20,
    ...some(base + 21, after?.meet),
    base + 41,
    base + 42,
  ].map((number) => `barrier_at ${number} met > /dev/null`);
});

function steps(machine: MachinePlan): string[] {
  if (machine.role === 'peer')
    return atPeer(
      'barrier_at 2 started > /dev/null',
      ...peerMeets,
      'barrier_at 50 started > /dev/null; barrier_at 51 whole > /dev/null; barrier_at 52 lost > /dev/null',
    );
  const node = machine.name as Node;
  const atLast = holders.at(-1) === node;
  return [
    ...loadModule(lab, machine),
    ...[
      'receive() {',
      ...startReceiver(lab, machine),
      'until grep -q event /run/miglab/receiver.log; do sleep 0.02; done',
      '}',
    ],
    'receive',
    'barrier_at 1 listening',
    ...(node === 'node-a'
      ? [...start(1), 'barrier_at --put pid=$pid 2 started > /dev/null']
      : [readAt('pid', 2, 'started')]),
    ...rows.flatMap((row, index) => rowSteps(row, index, node)),
    'say module "counters=$(cat /proc/net/tcpmig)"',
    `cr_resolve >> ${events} || fail "something is not settled: $(cr_resolve)"`,
    ...losses[node],
    ...(atLast ? end : []),
  ];
}

const counter = (boot: Boot, node: string, name: string) =>
  Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(String(boot.events(node, 'module')[0]?.counters))?.[1]);

test('whatever dies or is cut off during a hand-over, exactly one node goes on with all three connections, and no byte is wrong', async () => {
  const boot = await carryOut('faults of a hand-over', steps, { timeoutS: 300, impairments: [] });
  expect(boot.problem).toBe('');
  const told = ['node-a', 'node-b'].map((node) => boot.events(node, 'migration'));
  const ended = told[0]?.splice(-lost.length - 1).map(({ status, reason }) => ({ status, reason }));
  expect(ended).toEqual(
    [...lost, { reason: 'before the commit' }].map(({ reason }) => ({
      ...{ status: 'lost', reason: expect.stringContaining(reason) },
    })),
  );
  expect(
    boot
      .events('node-a', 'resolution')
      .slice(-2)
      .map(({ status }) => status),
  ).toEqual(['kept', 'moved']);
  for (const [index, { fault, status }] of rows.entries()) {
    if (!status) continue;
    const event = told[holders[index] === 'node-a' ? 0 : 1]?.shift();
    expect(event?.status, `${fault}: ${event?.reason}`).toBe(status);
    expect(event?.reason === '', `${fault}: ${event?.reason}`).toBe(status === 'ok');
  }
  for (const node of ['node-a', 'node-b']) {
    // What was frozen has gone or has come back, all connections of a process together. Held, it goes also when its
    // process is killed.
    const left = rows.filter(({ goesOnAt }, index) => holders[index] === node && goesOnAt === 'destination');
    expect(counter(boot, node, 'committed'), node).toBe(3 * left.length);
    expect(counter(boot, node, 'committed') + counter(boot, node, 'aborted'), node).toBe(
      counter(boot, node, 'frozen'),
    );
    expect(counter(boot, node, 'activated') + counter(boot, node, 'discarded'), node).toBe(
      counter(boot, node, 'built'),
    );
  }
  for (const [machine, event] of [
    ['peer', 'peer-end'],
    [holders.at(-1) ?? '', 'workload-end'],
  ] as const)
    expect(boot.events(machine, event)[0]).toMatchObject({
      connections: 3,
      rx_wrong: 0,
      rx_missing: 0,
      exit: 0,
    });
  expect(await seenAtPeer(boot)).toMatchObject({ resets: 0 });
}, 600_000);
