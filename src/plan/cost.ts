// SPDX-License-Identifier: GPL-2.0-only
// What a run takes, for the notice beforehand: on two cores without KVM, roughly. Pure.
import type { CellPlan } from './experiment.ts';
import type { CheckPlan } from './module-check.ts';
import type { PassingPlan } from './passing.ts';

export interface Cost {
  cells: number;
  /** At least: an inconclusive cell is booted again. */
  boots: number;
  /** Of processes, or of connections that are passed. */
  migrations?: number;
  /** Of wall time. */
  seconds: number;
  /** Of captures on the disk; absent where next to nothing is captured. */
  bytes?: number;
}

/** Cells under load. */
export const migrationCost = (cells: readonly CellPlan[]): Cost => ({
  cells: cells.length,
  boots: cells.length,
  migrations: sum(cells.map(({ repetitions, warmUpMigrations = 0 }) => repetitions + warmUpMigrations)),
  seconds: sum(cells.map(secondsUnderLoad)),
  bytes: Math.round(sum(cells.map(bytesUnderLoad))),
});

const secondsUnderLoad = (cell: CellPlan): number =>
  cell.clock === 'virtual'
    ? 8 + trafficSeconds(cell) * 5
    : 12 + cell.warmUpS * 1.2 + moves(cell) * (cell.settleS * 1.2 + 1 + cell.imageMb / 20);

/** Seconds of the machines' clock in which data flows. */
const trafficSeconds = (cell: CellPlan) => cell.warmUpS + moves(cell) * (cell.settleS + cell.intervalS);

const moves = ({ repetitions, warmUpMigrations = 0 }: CellPlan) => repetitions + warmUpMigrations;

/** MB/s that a direction carries at most: a gigabit, and half of that where processors are emulated in real time. */
const carried = { virtual: 118, real: 60 };
/** A capture's record: its header and the frame's first 128 bytes; of a segment of 1448 bytes, and of an answer to every second. */
const capturedShare = (1.5 * (16 + 128)) / 1448;

/** The peer's wire, and on the virtual clock also the images' way. */
function bytesUnderLoad(cell: CellPlan): number {
  const most = carried[cell.clock];
  const rate = (asked: number) => (asked === 0 ? most : Math.min(asked, most));
  const sent = cell.role === 'sink' ? 0 : rate(cell.rateMbS);
  const received = cell.role === 'source' ? 0 : rate(cell.peerRateMbS);
  const images = cell.clock === 'virtual' && !cell.warmUpMigrations ? cell.repetitions * cell.imageMb : 0;
  return ((sent + received) * trafficSeconds(cell) + images) * 1e6 * capturedShare;
}

/** Cells with the module alone. With all situations a family and direction takes a quarter of a minute, a family's changes 40 s. */
export const checkCost = (cells: readonly CheckPlan[]): Cost => ({
  ...{ cells: cells.length, boots: cells.length },
  seconds: sum(
    cells.map(({ check, families, directions }) =>
      check === 'changes' ? 6 + families.length * 40 : 6 + families.length * directions.length * 16,
    ),
  ),
});

/** Cells in which connections are passed. */
export function passingCost(cells: readonly PassingPlan[]): Cost {
  const secondsOf = ({ passes }: PassingPlan) => 20 + passes * 2;
  const bytesOf = (cell: PassingPlan) =>
    2 * cell.connections * cell.rateMbS * 1e6 * secondsOf(cell) * capturedShare;
  return {
    ...{ cells: cells.length, boots: cells.length },
    migrations: sum(cells.map(({ passes }) => passes)),
    seconds: sum(cells.map(secondsOf)),
    bytes: Math.round(sum(cells.map(bytesOf))),
  };
}

/** So many inputs of the fuzzers: 100 a second of each, beside a boot. A boot's console has each input's name. */
export function fuzzCost(inputs: number, bootS: number, processors: number): Cost {
  const boots = Math.max(1, Math.ceil(inputs / (100 * processors * bootS)));
  const seconds = boots * 20 + inputs / (100 * processors);
  return { cells: 1, boots, seconds: Math.round(seconds), bytes: inputs * 100 };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
