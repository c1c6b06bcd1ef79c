// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { addressOn, type MachinePlan } from '../../src/plan/lab.ts';
import { guestFiles, loadModule, startReceiver } from '../../src/plan/script.ts';
import { type Boot, carryOut, lab } from './boot.ts';
import { readAt, traffic } from './traffic.ts';
import { seenAtPeer } from './wire.ts';

const { events, secret } = guestFiles;
const { atPeer, start, goesOn, end } = traffic(
  '--role duplex --connections 3 --rate 0.3 --report-ms 100 --verify-every 5 --seed 9',
  50_000,
);

type Node = 'node-a' | 'node-b';
const other = (node: Node): Node => (node === 'node-a' ? 'node-b' : 'node-a');

/** A row of the table in docs/hand-over.md: of two nodes, one has the process before it, and one after it. */
interface Row {
  /** Where and how the tools die or stop. */
  fault: string;
  /** What cr_checkpoint says: its exit code, and in its JSON line. */
  code: number;
  status?: 'ok' | 'aborted' | 'in-doubt';
  goesOnAt: 'origin' | 'destination';
  options?: string;
  /** Steps of the two nodes while cr_checkpoint runs; `meet` are the barriers between them, which the peer joins. */
  meanwhile?: { meet: number; origin: string[]; destination: string[] };
  /** Steps of the two nodes when it has ended. */
  after?: { meet: number; origin: string[]; destination: string[] };
}

/** Barriers of the row that is being written down: each step that meets takes the next. */
const meeting = (number: number) => `barrier_at $((row + ${number})) met > /dev/null`;
const stopped = (pid = 'pid') =>
  `until grep -q 'State:.T' /proc/$${pid}/status 2> /dev/null; do sleep 0.02; done`;
const go = 'kill -CONT $pid';
/** Frames of the private wire are lost from here on: each node loses those that it sends. */
const cut = 'tc qdisc add dev private root netem loss 100%';
const mend = 'tc qdisc del dev private root';
const resolve = (code: number, arguments_ = `--secret-file ${secret}`) =>
  `code=0; cr_resolve ${arguments_} >> ${events} || code=$?; [ $code = ${code} ] || fail "cr_resolve: $code"`;
/** Its hand-over, as the ledger has it. */
const inDoubt = `id=$(cr_resolve | sed -n '/in-doubt/s/.*"id":"\\([0-9a-f]*\\)".*/\\1/p')`;

const died: Row[] = [
  { fault: 'kill@tool-ready', code: 137, goesOnAt: 'origin' },
  { fault: 'kill@destination-captured', code: 1, status: 'aborted', goesOnAt: 'origin' },
  { fault: 'kill@destination-prepared', code: 1, status: 'aborted', goesOnAt: 'origin' },
  { fault: 'kill@destination-told', code: 1, status: 'aborted', goesOnAt: 'origin' },
  { fault: 'kill@tool-handed', code: 137, goesOnAt: 'destination' },
  // The frozen process dies while the destination has begun: that must not end or reset its connections.
  { fault: 'kill@origin-committed', code: 0, status: 'ok', goesOnAt: 'destination' },
  { fault: 'kill@origin-resumed', code: 0, status: 'ok', goesOnAt: 'destination' },
];

const cutOff: Row[] = [
  {
    // The commit is lost; when the link is back, the question or TCP itself brings it.
    fault: 'stop@origin-decided',
    options: '--timeout 2 --doubt 60',
    ...{ code: 0, status: 'ok', goesOnAt: 'destination' },
    meanwhile: {
      meet: 3,
      origin: [
        stopped(),
        cut,
        meeting(0),
        meeting(1),
        `${go}; until cr_resolve | grep -q in-doubt; do sleep 0.1; done`,
        `sleep 0.1; ${mend}; ${meeting(2)}`,
      ],
      destination: [meeting(0), cut, meeting(1), meeting(2), mend],
    },
  },
  {
    // The commit arrives, the answer is lost, and nobody asks again while the link is cut.
    fault: 'stop@destination-told',
    options: '--timeout 2 --doubt 1',
    ...{ code: 2, status: 'in-doubt', goesOnAt: 'destination' },
    meanwhile: {
      meet: 2,
      origin: [meeting(0), cut, meeting(1)],
      destination: [stopped(), cut, meeting(0), meeting(1), go],
    },
    after: {
      meet: 2,
      origin: [resolve(2), meeting(0), mend, meeting(1), resolve(0)],
      destination: [meeting(0), goesOn, mend, meeting(1)],
    },
  },
  {
    // Not decided when the time is up: the origin goes on, and the destination hears of it when the link is back.
    fault: 'stop@destination-built',
    options: '--timeout 2',
    ...{ code: 1, status: 'aborted', goesOnAt: 'origin' },
    meanwhile: {
      meet: 2,
      origin: [meeting(0), cut, meeting(1)],
      destination: [stopped(), cut, meeting(0), meeting(1), go],
    },
    after: {
      meet: 2,
      origin: [goesOn, meeting(0), mend, meeting(1)],
      destination: [
        `${inDoubt}; kill -0 $pid`,
        meeting(0),
        mend,
        meeting(1),
        resolve(0, `--secret-file ${secret} $id`),
      ],
    },
  },
  {
    // Nobody is there who could be asked.
    fault: 'stop@destination-told',
    options: '--timeout 1 --doubt 1',
    ...{ code: 2, status: 'in-doubt', goesOnAt: 'destination' },
    meanwhile: {
      meet: 1,
      origin: [meeting(0)],
      destination: [stopped(), 'kill -KILL $receiver', meeting(0)],
    },
    after: {
      meet: 2,
      origin: [resolve(2), meeting(0), meeting(1), resolve(0)],
      destination: [meeting(0), go, goesOn, 'receive', meeting(1)],
    },
  },
  {
    // The tool that would ask dies as well.
    fault: 'stop@destination-told,kill@tool-doubt',
    options: '--timeout 1',
    ...{ code: 137, goesOnAt: 'destination' },
    after: {
      meet: 2,
      origin: [resolve(2), meeting(0), meeting(1), resolve(0)],
      destination: [stopped(), meeting(0), go, goesOn, meeting(1)],
    },
  },
];

const rows = [...died, ...cutOff];

/** Faults that no process survives, and how its only holder's death is told; of a process without connections. */
const lost = [
  { fault: 'kill@origin-sent', reason: 'it was ended here before the commit' },
  { fault: 'kill@origin-decided', reason: 'it was ended here when it had decided' },
  { fault: 'kill@destination-moved', reason: 'ended there by signal 9' },
  { fault: 'kill@destination-active', reason: 'ended there by signal 9' },
];
const nothingLeft = (pid = 'pid') => `while kill -0 $${pid} 2> /dev/null; do sleep 0.05; done`;

/** The status tells whether the checkpoint's signal has a handler yet. */
const startVictim = `cr_run sleep 1000 < /dev/null > /dev/null 2>&1 & victim=$!; until grep -q 'SigCgt:.[89a-f]' /proc/$victim/status; do sleep 0.02; done`;
const moveVictim = (fault: string) =>
  `cr_checkpoint --to ${addressOn(lab, 'node-b', 'private')} --secret-file ${secret} --timeout 2 --doubt 30 --fault ${fault} $victim >> ${events}`;
const expectCode = (code: number, what: string) => `|| code=$?; [ $code = ${code} ] || fail "${what}: $code"`;

const lose = lost.flatMap(({ fault }) => [
  `${startVictim}; victims="$victims $victim"`,
  `code=0; ${moveVictim(fault)} ${expectCode(3, fault)}`,
  `! kill -0 $victim 2> /dev/null || fail "${fault}: it runs"`,
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
    'until cr_resolve | grep ""pid":$victim,.*in-doubt"; do sleep 0.05; done; barrier_at 51 whole > /dev/null',
  ],
};

/** The tool that writes a file dies: the file's name tells what became of the process. */
const intoFile = (['prepared', 'published'] as const).flatMap((step) => [
  `${startVictim}; file=/run/miglab/${step}.image`,
  `code=0; cr_checkpoint -f $file --fault kill@tool-${step} $victim ${expectCode(137, step)}`,
  `${inDoubt}; [ -n "$id" ] || fail "${step}: not in doubt"; cr_resolve $id >> ${events} || fail "${step}: $?"`,
  step === 'prepared'
    ? 'kill -0 $victim && [ ! -e $file ] && [ ! -e $file.partial ] || fail "it does not go on"; kill $victim'
    : '! kill -0 $victim 2> /dev/null && [ -e $file ] || fail "it is not in its file"',
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
    // What was frozen has gone or has come back, all connections of a process together. That of a process that was
    // killed has come back for its end, in silence.
    const left = rows.filter(
      ({ fault, goesOnAt }, index) =>
        holders[index] === node && goesOnAt === 'destination' && !fault.startsWith('kill@origin'),
    );
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
}, 400_000);
