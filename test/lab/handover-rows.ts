// SPDX-License-Identifier: GPL-2.0-only
import { guestFiles } from '../../src/plan/script.ts';
import { traffic } from './traffic.ts';

const { events, secret } = guestFiles;

/** What the process does in all rows: three connections. */
export const load = traffic(
  '--role duplex --connections 3 --rate 0.3 --report-ms 100 --verify-every 5 --seed 9',
  50_000,
);
const { goesOn } = load;

/** A row of the table in docs/hand-over.md: of two nodes, one has the process before it, and one after it. */
export interface Row {
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
export const meeting = (number: number) => `barrier_at $((row + ${number})) met > /dev/null`;
export const stopped = (pid = 'pid') =>
  `until grep -q 'State:.T' /proc/$${pid}/status 2> /dev/null; do sleep 0.02; done`;
const go = 'kill -CONT $pid';
/** Frames of the private wire are lost from here on: each node loses those that it sends. */
const cut = 'tc qdisc add dev private root netem loss 100%';
const mend = 'tc qdisc del dev private root';
const resolve = (code: number, arguments_ = `--secret-file ${secret}`) =>
  `code=0; cr_resolve ${arguments_} >> ${events} || code=$?; [ $code = ${code} ] || fail "cr_resolve: $code"`;
/** Its hand-over, as the ledger has it. */
export const inDoubt = `id=$(cr_resolve | sed -n '/in-doubt/s/.*"id":"\\([0-9a-f]*\\)".*/\\1/p')`;

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

/** In this order, forth and back. */
export const rows: readonly Row[] = [...died, ...cutOff];
