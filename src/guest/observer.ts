// SPDX-License-Identifier: GPL-2.0-only
import type { Sample } from './sample.ts';
import type { SocketRow } from './socket-table.ts';

/** One end of a connection: a socket, and the machine that has it now. */
export interface End extends SocketRow {
  machine: string;
  /** Bytes a second since the sample before; absent while there is none. */
  outRate?: number;
  inRate?: number;
}

/** A connection that changed its machine between two samples. */
export interface Move {
  local: string;
  remote: string;
  from: string;
  to: string;
  /** Milliseconds since the epoch, of the sample that showed it. */
  at: number;
}

export interface Snapshot {
  /** Milliseconds since the epoch. */
  at: number;
  /** Ends of one connection stand together. */
  ends: End[];
  /** Newest first. */
  moves: Move[];
  counters: { machine: string; values: Map<string, number> }[];
  /** Machines that gave no sample. */
  silent: string[];
}

interface Earlier {
  machine: string;
  at: number;
  uptimeS: number;
  acked: number;
  received: number;
}

/** QEMU's user network gives every machine this address, for SSH from the host. */
const mgmtAddress = '10.0.2.15:';
const movesKept = 5;
const rememberedMs = 60_000;

/** Follows the connections of a lab from sample to sample: how fast they go, and which machine has them. */
export class Observer {
  #earlier = new Map<string, Earlier>();
  #moves: Move[] = [];

  /** @param samples of each machine; undefined for one that gave none @param at milliseconds since the epoch */
  observe(samples: ReadonlyMap<string, Sample | undefined>, at: number): Snapshot {
    const now = new Map<string, Earlier>();
    const ends: End[] = [];
    const counters: Snapshot['counters'] = [];
    for (const [machine, sample] of samples) {
      if (!sample) continue;
      counters.push({ machine, values: sample.counters });
      for (const socket of sample.sockets.filter(({ local }) => !local.startsWith(mgmtAddress)))
        ends.push(this.#see(machine, socket, { at, uptimeS: sample.uptimeS }, now));
    }
    const silent = [...samples].flatMap(([machine, sample]) => (sample ? [] : [machine]));
    // One that is on its way is on no machine for a moment: what was known of it stays for a while.
    const recent = [...this.#earlier].filter(([, earlier]) => at - earlier.at < rememberedMs);
    this.#earlier = new Map([...recent, ...now]);
    ends.sort((a, b) => compare(pair(a), pair(b)) || compare(a.machine, b.machine));
    return { at, ends, moves: this.#moves, counters, silent };
  }

  #see(
    machine: string,
    socket: SocketRow,
    when: Pick<Earlier, 'at' | 'uptimeS'>,
    now: Map<string, Earlier>,
  ): End {
    const key = `${socket.local} ${socket.remote}`;
    const before = this.#earlier.get(key);
    const { acked, received } = socket;
    // Machines are asked one after another: on its way one may be seen on both, and then the new one has it.
    if (now.get(key)?.machine !== undefined && before?.machine === machine) return { ...socket, machine };
    now.set(key, { machine, ...when, acked, received });
    if (!before) return { ...socket, machine };
    if (before.machine !== machine) this.#note(socket, before.machine, machine, when.at);
    return { ...socket, machine, ...rates(before, { machine, ...when, acked, received }) };
  }

  #note({ local, remote }: SocketRow, from: string, to: string, at: number): void {
    this.#moves = [{ local, remote, from, to, at }, ...this.#moves].slice(0, movesKept);
  }
}

/** On one machine its clock is the better one; two machines' clocks have nothing in common. */
function rates(before: Earlier, after: Earlier): { outRate?: number; inRate?: number } {
  const seconds =
    before.machine === after.machine ? after.uptimeS - before.uptimeS : (after.at - before.at) / 1000;
  const isSame = after.acked >= before.acked && after.received >= before.received;
  if (seconds <= 0 || !isSame) return {};
  return {
    outRate: (after.acked - before.acked) / seconds,
    inRate: (after.received - before.received) / seconds,
  };
}

/** The same for both ends of a connection. */
export const pair = ({ local, remote }: Pick<SocketRow, 'local' | 'remote'>): string =>
  [local, remote].sort().join(' ');

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
