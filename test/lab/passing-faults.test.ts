// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { MachinePlan } from '../../src/plan/lab.ts';
import { endPeer, endServer, goOn, startPeer, startServer, takesAt } from '../../src/plan/passing.ts';
import { guestFiles, loadModule } from '../../src/plan/script.ts';
import { carryOut, lab } from './boot.ts';
import { relayed, relaying, waitFor } from './pass-relay.ts';
import { seenAtPeer } from './wire.ts';

const { events } = guestFiles;

/** A row of the table in docs/passing.md: node-a passes a connection to node-b, through a relay that cuts or holds. */
interface Row {
  fault: string;
  /** Exit code of `tcpcp pass`: 0 passed, 1 kept, 2 in doubt. */
  code: 0 | 1 | 2;
  goesOnAt: 'node-a' | 'node-b';
  /** Steps of the two nodes while the relay holds the message. */
  held?: Partial<Record<'a' | 'b', string[]>>;
  /** Steps at node-a when `tcpcp pass` has ended. */
  after?: string[];
  once?: true;
}

const killed = 'kill -KILL $server; wait $server || :; rm /run/tcpcp';
const order = (words: string, code = 0) =>
  `code=0; tcpcp ${words} $one >> ${events} || code=$?; [ $code = ${code} ] || fail "tcpcp ${words}: $code"`;

const rows: Row[] = [
  { fault: 'cut@GRANTED', code: 1, goesOnAt: 'node-a' },
  { fault: 'cut@STATE', code: 1, goesOnAt: 'node-a' },
  { fault: 'cut@BUILT', code: 1, goesOnAt: 'node-a' },
  // The destination dies with the state, before it has all.
  { fault: 'hold@APPLICATION', code: 1, goesOnAt: 'node-a', held: { b: [killed, 'serve'] } },
  // The commit is lost. The destination is asked, and has not begun.
  { fault: 'cut@COMMIT', code: 2, goesOnAt: 'node-a' },
  // The destination dies before it has the commit, and the one that is asked does not know.
  {
    fault: 'hold@COMMIT',
    code: 2,
    goesOnAt: 'node-a',
    held: { b: [killed, 'serve'] },
    after: [order('settle', 2), order('keep', 1)],
  },
  // The destination has begun, and the origin did not hear of it; nobody can be asked for longer than it asks.
  {
    fault: 'cut@RESUMED',
    code: 2,
    once: true,
    goesOnAt: 'node-b',
    after: ['relay carry@'],
  },
  // The origin dies, the commit under way: its end must not disturb what is the destination's.
  { fault: 'hold@COMMIT', code: 1, goesOnAt: 'node-b', held: { a: [killed] } },
];

/** The connections from the peer's first ports belong to node-a by the cluster's rule. */
const choose = `one=$(tcpcp list | sed -n 's/.*"peer":"\\([^"]*\\)".*/\\1/p' | sort | head -n 1); [ -n "$one" ] || fail "no connection"`;

/** The destination has the connection already: it is the same machine. Nothing is frozen. */
const refused = [
  choose,
  `code=0; tcpcp pass $one ${takesAt(lab, 'node-a')} > /run/miglab/answer || code=$?`,
  `[ $code = 1 ] && grep -q '"refusal":"tuple-in-use"' /run/miglab/answer || fail "not refused: $code $(cat /run/miglab/answer)"`,
  `grep -qx 'frozen 0' /proc/net/tcpmig || fail "frozen before it was refused"`,
];

function atA(row: Row, barrier: number): string[] {
  return [
    choose,
    `relay ${row.fault} ${row.once ? 'once' : ''}`,
    `tcpcp pass $one ${relayed} > /run/miglab/answer & passing=$!`,
    ...(row.held
      ? [
          ...[waitFor('held'), `barrier_at ${barrier} held`, ...(row.held.a ?? [])],
          ...[`barrier_at ${barrier + 1} done`, 'touch /run/relay/go'],
        ]
      : []),
    `code=0; wait $passing || code=$?; [ $code = ${row.code} ] || fail "${row.fault}: $code $(cat /run/miglab/answer)"`,
    ...(row.after ?? []),
    `until [ -z "$(tcpcp list | grep '"in_doubt":true')" ]; do sleep 0.05; done`,
    'kill $relaying || :',
    ...(row.goesOnAt === 'node-a' ? goOn(2) : []),
    `barrier_at ${barrier + 2} settled`,
  ];
}

function atB(row: Row, barrier: number, here: number): string[] {
  return [
    ...(row.held
      ? [`barrier_at ${barrier} held`, ...(row.held.b ?? []), `barrier_at ${barrier + 1} done`]
      : []),
    ...(row.goesOnAt === 'node-b' ? goOn(here) : []),
    `barrier_at ${barrier + 2} settled`,
  ];
}

/** Barriers of a row: 2, 5, ... */
const barrierOf = (index: number) => 2 + 3 * index;
const done = [`barrier_at ${barrierOf(rows.length)} done`];

function faults(machine: MachinePlan): string[] {
  if (machine.role === 'peer')
    return [
      'barrier_at 1 listening',
      ...startPeer(lab, 2, 0.3),
      ...rows.flatMap(({ held }, index) => [
        ...(held ? [`barrier_at ${barrierOf(index)} held`, `barrier_at ${barrierOf(index) + 1} done`] : []),
        `barrier_at ${barrierOf(index) + 2} settled`,
      ]),
      ...endPeer,
      ...done,
    ];
  const start = startServer(lab, machine, '--timeout 60000 --doubt 60').join('\n');
  const node = [...loadModule(lab, machine), `serve() { ${start}\n}`, 'serve', 'barrier_at 1 listening'];
  if (machine.name === 'node-b') {
    let here = 0;
    return [
      ...node,
      ...rows.flatMap((row, index) => atB(row, barrierOf(index), row.goesOnAt === 'node-b' ? ++here : here)),
      ...done,
      ...endServer,
    ];
  }
  return [
    ...node,
    ...relaying,
    ...goOn(2),
    ...refused,
    ...rows.flatMap((row, index) => atA(row, barrierOf(index))),
    ...done,
  ];
}

test('whatever is cut off or dies in a pass, the connection has one owner, and every byte is right', async () => {
  const boot = await carryOut('passes that fail', faults, { timeoutS: 380 });
  expect(boot.problem).toBe('');
  const ends = boot.events('peer', 'peer');
  expect(ends).toHaveLength(2);
  for (const end of ends) {
    expect(end).toMatchObject({ wrong: 0, state: 'eof' });
    const [served, other] = boot
      .events('node-b', 'end')
      .filter(({ peer }) => peer === `10.77.0.100:${end.port}`);
    expect(other).toBeUndefined();
    expect(served).toMatchObject({ served: end.received, received: end.sent, wrong: 0, state: 'done' });
  }
  expect(boot.events('node-a', 'end')).toEqual([]);
  expect(await seenAtPeer(boot)).toMatchObject({ resets: 0 });
}, 460_000);

/** The only holder of a connection dies while the relay holds a message: that connection ends, as with any program that is killed. */
const holderDies = (fault: string, holder: 'node-a' | 'node-b') => (machine: MachinePlan) => {
  if (machine.role === 'peer')
    return [
      'barrier_at 1 listening',
      ...startPeer(lab, 2, 0.3),
      'barrier_at 2 held',
      'barrier_at 3 done',
      'barrier_at 4 seen',
      'kill -TERM $peer || :',
      'code=0; wait $peer || code=$?; [ $code = 1 ] || fail "the peer missed nothing: $code"',
    ];
  const dies = machine.name === holder ? [killed] : [];
  const serve = [
    ...loadModule(lab, machine),
    ...startServer(lab, machine, '--timeout 60000'),
    'barrier_at 1 listening',
  ];
  // What a killed program had goes on for as long as its FIN is not acknowledged.
  const held = '$(ss -tnH state connected sport = :5000 | grep -vc TIME-WAIT)';
  const left = machine.name === 'node-a' && holder === 'node-b' ? 1 : 0;
  const owned = `until [ "${held}" = ${left} ]; do sleep 0.05; done; say owned "connections=${held}"`;
  if (machine.name === 'node-b')
    return [...serve, 'barrier_at 2 held', ...dies, 'barrier_at 3 done', owned, 'barrier_at 4 seen'];
  return [
    ...serve,
    ...relaying,
    ...goOn(2),
    choose,
    `relay ${fault}`,
    `tcpcp pass $one ${relayed} > /run/miglab/answer & passing=$!`,
    ...[waitFor('held'), 'barrier_at 2 held', ...dies, 'barrier_at 3 done', 'touch /run/relay/go'],
    'code=0; wait $passing || code=$?; say passed code=$code',
    ...(holder === 'node-b' ? goOn(1) : []),
    ...[owned, 'barrier_at 4 seen'],
  ];
};

test.each([
  // Not yet given away: with the program its other connection ends as well, and the destination forgets what it got.
  { fault: 'hold@STATE', holder: 'node-a', code: 1, owned: [0, 0], whole: 0 },
  // It has begun at the destination: nobody else has it.
  { fault: 'hold@RESUMED', holder: 'node-b', code: 0, owned: [1, 0], whole: 1 },
] as const)(
  'the only holder dies, at $fault: the connection ends, and no other machine has it',
  async ({ fault, holder, code, owned, whole }) => {
    const boot = await carryOut(`${holder} dies`, holderDies(fault, holder), { timeoutS: 150 });
    expect(boot.problem).toBe('');
    expect(boot.events('node-a', 'passed')).toMatchObject([{ code: String(code) }]);
    for (const [index, node] of ['node-a', 'node-b'].entries())
      expect(boot.events(node, 'owned')).toMatchObject([{ connections: String(owned[index]) }]);
    const ends = boot.events('peer', 'peer');
    expect(ends).toHaveLength(2);
    for (const end of ends) expect(end.wrong).toBe(0);
    expect(ends.filter(({ state }) => state === 'eof')).toHaveLength(whole);
  },
  200_000,
);
