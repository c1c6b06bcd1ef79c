// SPDX-License-Identifier: GPL-2.0-only
import type { ClockMap } from './clock.ts';
import type { EventLog, WorkloadEvent } from './events.ts';
import type { Move } from './timeline.ts';

/** What the two ends of the connection say of one migration. */
export interface Integrity {
  /** Wrong bytes of stream and memory, at both ends, from this migration to the next. */
  bytesWrong: number;
  /** The process spoke on the destination before the next migration. */
  alive: boolean;
  /** A pass over the whole memory began and ended on the destination before the next migration. */
  memoryVerified: boolean;
}

/** What holds for every migration of the cell. */
export interface CellIntegrity {
  ended: boolean;
  bytesMissing: number;
  /** How a connection ended that did not end in order ('reset', 'cut', 'timed-out'), as either end says. */
  badEnding: string | undefined;
}

const ORDERLY = ['', 'open', 'eof'];

type Logs = ReadonlyMap<string, EventLog>;

export function judgeCell(logs: Logs): CellIntegrity {
  const workload = [...logs.values()].flatMap((log) => log.workload);
  const peer = [...logs.values()].flatMap((log) => log.peer);
  return {
    ended: workload.some(({ event }) => event === 'workload-end'),
    bytesMissing: [...workload, ...peer].reduce((worst, event) => Math.max(worst, event.rx_missing), 0),
    badEnding: [...workload, ...peer].map(({ state }) => state).find((state) => !ORDERLY.includes(state)),
  };
}

/** For each of `moves`, in order of time. Counters are cumulative and move with the process. */
export function judgeMoves(
  moves: readonly Move[],
  logs: Logs,
  clocks: ReadonlyMap<string, ClockMap>,
): Integrity[] {
  const peerWrong = wrongAtPeer(logs);
  let before = 0;
  return moves.map((move, index) => {
    const spoken = spokenAfter(move, moves[index + 1], logs, clocks);
    const wrong = spoken.reduce((worst, event) => Math.max(worst, event.rx_wrong + event.mem_wrong), before);
    const bytesWrong = wrong - before + peerWrong;
    before = wrong;
    return { bytesWrong, alive: spoken.length > 0, memoryVerified: isMemoryVerified(spoken) };
  });
}

/**
 * The peer sends no marks, so its wrong bytes cannot be placed and count for every migration of the cell.
 * Each connection's counter is cumulative; peer-end repeats their sum.
 */
function wrongAtPeer(logs: Logs): number {
  const worst = new Map<string, number>();
  for (const { event, conn, rx_wrong } of [...logs.values()].flatMap((log) => log.peer)) {
    const key = event === 'peer-end' ? 'sum' : `connection ${conn}`;
    worst.set(key, Math.max(worst.get(key) ?? 0, rx_wrong));
  }
  const sum = worst.get('sum') ?? 0;
  worst.delete('sum');
  return Math.max(
    sum,
    [...worst.values()].reduce((a, b) => a + b, 0),
  );
}

/**
 * The process's lines on the destination from its resumption to the next freeze, both by the destination's clock. The
 * process itself keeps the clock of the machine it was started on, in a time namespace.
 */
function spokenAfter(
  move: Move,
  next: Move | undefined,
  logs: Logs,
  clocks: ReadonlyMap<string, ClockMap>,
): WorkloadEvent[] {
  const offset = clocks.get(move.to)?.offsetNs;
  const resumedAt =
    move.resumedAt === undefined || offset === undefined ? undefined : move.resumedAt - offset;
  const start = move.event.destination?.resumed_ns ?? resumedAt;
  if (start === undefined) return [];
  const end = (next?.from === move.to ? next.event.freeze_ns : undefined) ?? Number.POSITIVE_INFINITY;
  const ahead = move.event.destination?.clock_offset_ns ?? 0;
  const events = logs.get(move.to)?.workload ?? [];
  return events.filter(
    ({ pid, t_ns }) => pid === move.event.pid && t_ns - ahead > start && t_ns - ahead <= end,
  );
}

/** Of two passes that ended while the process was watched, the second also began there. No memory: nothing to verify. */
function isMemoryVerified(spoken: readonly WorkloadEvent[]): boolean {
  const first = spoken[0];
  if (first === undefined) return false;
  const passes = spoken.map((event) => event.mem_passes);
  return first.mem_mb === 0 || Math.max(...passes) - Math.min(...passes) >= 2;
}
