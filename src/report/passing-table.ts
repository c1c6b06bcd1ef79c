// SPDX-License-Identifier: GPL-2.0-only
import type { Passing } from '../analysis/passing.ts';
import { MARKS } from './wording.ts';

const heads = [
  'pass',
  'connection',
  'from',
  'to',
  'served',
  'received',
  'state',
  'frozen',
  'arrived meanwhile',
];

/** Passes, of each node in order, connections in numbers, and the paper's claims with what was found. Pure. */
export function renderPassing({ passes, connections, findings }: Passing): string {
  const rows = passes.map((pass, index) => [
    ...[`${index + 1}`, pass.peer, pass.machine, pass.to || `– (${pass.reason || pass.status})`],
    ...[bytes(pass.served), bytes(pass.received), bytes(pass.state_bytes)],
    `${(pass.frozen_us / 1000).toFixed(1)} ms`,
    `${pass.captured} segments, ${pass.reinjected} given on, ${pass.dropped} lost`,
  ]);
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const stayed = connections.filter((each) => each.passes === 0).length;
  const broken = connections.filter(({ problem }) => problem !== '');
  return [
    line(heads),
    ...rows.map(line),
    '',
    `${connections.length} connections: ${connections.length - broken.length} whole, every byte right at both ends; ${stayed} stayed where they were`,
    ...broken.map(({ port, problem }) => `${MARKS['not reproduced']} port ${port}: ${problem}`),
    '',
    ...findings.map(
      ({ claim, holds, evidence }) =>
        `${holds ? MARKS.reproduced : MARKS['not reproduced']} ${claim}: ${evidence}`,
    ),
  ].join('\n');
}

const bytes = (amount: number): string =>
  amount < 1e6 ? `${(amount / 1e3).toFixed(1)} kB` : `${(amount / 1e6).toFixed(1)} MB`;
