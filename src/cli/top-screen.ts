// SPDX-License-Identifier: GPL-2.0-only
import { type End, pair, type Snapshot } from '../guest/observer.ts';
import type { Colour } from './colour.ts';

type Paint = (colour: Colour, text: string) => string;

interface Column {
  title: string;
  value: (end: End) => string;
  right?: boolean;
}

/** How long a move is shown as news. */
const freshMs = 10_000;

const columns: Column[] = [
  { title: 'LOCAL', value: ({ local }) => local },
  { title: 'REMOTE', value: ({ remote }) => remote },
  { title: 'PROCESS', value: ({ process }) => (process ? `${process.name} ${process.pid}` : '-') },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'OUT/s', value: ({ outRate }) => bytes(outRate), right: true },
  { title: 'IN/s', value: ({ inRate }) => bytes(inRate), right: true },
  { title: 'CWND', value: ({ cwnd }) => String(cwnd ?? '-'), right: true },
  { title: 'SNDWIN', value: ({ sendWindow }) => bytes(sendWindow), right: true },
  { title: 'RCVWIN', value: ({ receiveWindow }) => bytes(receiveWindow), right: true },
  { title: 'RTT ms', value: ({ rttMs }) => rttMs?.toFixed(1) ?? '-', right: true },
  { title: 'SENDQ', value: ({ sendQueue }) => bytes(sendQueue), right: true },
  { title: 'RECVQ', value: ({ recvQueue }) => bytes(recvQueue), right: true },
  { title: 'RESENT', value: ({ retransmits }) => String(retransmits), right: true },
];

/** 10^3 bytes are 1k; undefined is "-". */
export function bytes(value: number | undefined): string {
  if (value === undefined) return '-';
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const)
    if (value >= size) return `${(value / size).toFixed(value < 10 * size ? 2 : 1)}${unit}`;
  return value.toFixed(0);
}

/** The view of one moment, a line each, none wider than `width`. Pure. */
export function renderTop(snapshot: Snapshot, title: string, width: number, paint: Paint): string[] {
  return [
    ...heading(snapshot, title, width, paint),
    ...connectionTable(snapshot, width, paint),
    '',
    ...moves(snapshot, width, paint),
    ...counterTable(snapshot, width, paint),
  ];
}

function heading({ at, silent }: Snapshot, title: string, width: number, paint: Paint): string[] {
  const lines = [paint('bold', cut(`${title}  ${clock(at)}`, width))];
  if (silent.length > 0) lines.push(paint('red', cut(`no answer from ${silent.join(', ')}`, width)));
  return [...lines, ''];
}

function connectionTable(snapshot: Snapshot, width: number, paint: Paint): string[] {
  const { ends } = snapshot;
  const on: Column = { title: 'ON', value: ({ machine }) => machine };
  const all = [on, ...columns];
  const widths = all.map(({ title, value }) =>
    Math.max(title.length, ...ends.map((end) => value(end).length)),
  );
  const row = (cell: (column: Column) => string) =>
    cut(all.map((each, i) => pad(cell(each), widths[i] ?? 0, each.right)).join('  '), width).trimEnd();
  if (ends.length === 0)
    return [
      paint(
        'bold',
        row(({ title }) => title),
      ),
      paint('dim', 'no connection'),
    ];
  return [
    paint(
      'bold',
      row(({ title }) => title),
    ),
    ...ends.map((end) => {
      const text = row(({ value }) => value(end));
      return isNew(end, snapshot) ? paint('yellow', text) : text;
    }),
  ];
}

/** Whether this end came to its machine a moment ago. */
const isNew = (end: End, { moves, at }: Snapshot) =>
  moves.some(
    (move) =>
      move.to === end.machine &&
      pair(move) === pair(end) &&
      move.local === end.local &&
      at - move.at < freshMs,
  );

function moves(snapshot: Snapshot, width: number, paint: Paint): string[] {
  const lines = snapshot.moves.map(({ local, remote, from, to, at }) => {
    const text = cut(`moved  ${from} -> ${to}  at ${clock(at)}  ${local} to ${remote}`, width);
    return snapshot.at - at < freshMs ? paint('yellow', text) : text;
  });
  return lines.length > 0 ? [...lines, ''] : [];
}

/** Counters of the module that are not 0 everywhere, a column for each machine that has it. */
function counterTable({ counters }: Snapshot, width: number, paint: Paint): string[] {
  const loaded = counters.filter(({ values }) => values.size > 0);
  if (loaded.length === 0)
    return [paint('dim', 'the module is loaded on no machine (miglab workload loads it)')];
  const names = [...new Set(loaded.flatMap(({ values }) => [...values.keys()]))].filter((name) =>
    loaded.some(({ values }) => (values.get(name) ?? 0) > 0),
  );
  const first = Math.max('MODULE'.length, ...names.map((name) => name.length));
  const line = (head: string, cells: string[]) =>
    cut([pad(head, first), ...cells.map((cell) => pad(cell, 12, true))].join('  '), width);
  return [
    paint(
      'bold',
      line(
        'MODULE',
        loaded.map(({ machine }) => machine),
      ),
    ),
    ...names.map((name) =>
      line(
        name,
        loaded.map(({ values }) => String(values.get(name) ?? 0)),
      ),
    ),
  ];
}

const clock = (at: number) => new Date(at).toTimeString().slice(0, 8);
const cut = (text: string, width: number) => text.slice(0, width);
const pad = (text: string, width: number, right = false) =>
  right ? text.padStart(width) : text.padEnd(width);
