// SPDX-License-Identifier: GPL-2.0-only
import { parseMac } from '../pcap/address.ts';
import type { CellFile } from './cell-file.ts';
import type { ClockMap } from './clock.ts';
import type { MigrationEvent } from './events.ts';
import type { SourceRun } from './source-run.ts';

/** One migration event with its place in the capture. Times `…At` are on the capture's clock, ns. */
export interface Move {
  /** 1 for the first migration of the cell. */
  rep: number;
  event: MigrationEvent;
  from: string;
  to: string;
  originMac: number;
  destinationMac: number | undefined;
  freezeAt: number | undefined;
  resumedAt: number | undefined;
  /** Borders between runs of source MACs that belong to this migration; exactly one if all is well. */
  borders: Border[];
  /** The destination's first segment; without one the resumption, else the freeze: what windows of time start from. */
  destinationAt: number | undefined;
}

interface Border {
  origin: SourceRun;
  destination: SourceRun;
}

/** Migrations in order of time, each with the changes of source MAC that happened nearest to it. */
export function buildTimeline(
  cell: CellFile,
  migrations: ReadonlyMap<string, readonly MigrationEvent[]>,
  clocks: ReadonlyMap<string, ClockMap>,
  runs: readonly SourceRun[],
): Move[] {
  const placeable = unplacedMachines(migrations, clocks).length === 0;
  const placed = [...migrations].flatMap(([machine, events]) =>
    events.map((event, index) => {
      const move = placeMove(cell, machine, event, placeable ? clocks.get(machine) : undefined);
      return { move, order: placeable ? event.t_ns + (clocks.get(machine)?.offsetNs ?? 0) : index };
    }),
  );
  const moves = placed.sort((a, b) => a.order - b.order).map(({ move }) => move);
  moves.forEach((move, index) => {
    move.rep = index + 1;
  });
  for (const border of bordersOf(runs)) nearestMove(moves, border)?.borders.push(border);
  for (const move of moves)
    move.destinationAt = move.borders[0]?.destination.first.any ?? move.resumedAt ?? move.freezeAt;
  return moves;
}

/**
 * Origins that sent no mark. With one of them no migration of the cell can be placed, since nobody knows which came
 * between which; their order is then that of the files, in turn.
 */
export const unplacedMachines = (
  migrations: ReadonlyMap<string, readonly MigrationEvent[]>,
  clocks: ReadonlyMap<string, ClockMap>,
): string[] =>
  [...migrations].filter(([name, events]) => events.length > 0 && !clocks.has(name)).map(([name]) => name);

function placeMove(
  cell: CellFile,
  machine: string,
  event: MigrationEvent,
  clock: ClockMap | undefined,
): Move {
  const at = (ns: number | null | undefined) =>
    ns == null || ns === 0 || clock === undefined ? undefined : ns + clock.offsetNs;
  const origin = cell.nodes.find((node) => node.name === machine);
  const destination = cell.nodes.find((node) => node.private_address === event.to);
  return {
    rep: 0,
    event,
    from: machine,
    to: destination?.name ?? event.to,
    originMac: origin ? parseMac(origin.public_mac) : Number.NaN,
    destinationMac: destination && parseMac(destination.public_mac),
    freezeAt: at(event.freeze_ns),
    resumedAt: at(event.resumed_ns),
    borders: [],
    destinationAt: undefined,
  };
}

const bordersOf = (runs: readonly SourceRun[]): Border[] =>
  runs.slice(1).map((destination, index) => ({ origin: runs[index] as SourceRun, destination }));

function nearestMove(moves: readonly Move[], border: Border): Move | undefined {
  const time = border.destination.first.any;
  const distance = (move: Move) => distanceTo(time, move.freezeAt, move.resumedAt);
  return moves.reduce<Move | undefined>(
    (best, move) => (distance(move) < (best ? distance(best) : Number.POSITIVE_INFINITY) ? move : best),
    undefined,
  );
}

function distanceTo(time: number, start: number | undefined, end = start): number {
  if (start === undefined || end === undefined) return Number.POSITIVE_INFINITY;
  if (time < start) return start - time;
  return Math.max(0, time - end);
}
