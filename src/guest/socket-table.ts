// SPDX-License-Identifier: GPL-2.0-only

/** One TCP socket of a machine, as `ss -tniOpH` tells of it (ss(8); struct tcp_info of linux/tcp.h). */
export interface SocketRow {
  state: string;
  /** Bytes that the program has not read; bytes that the other side has not acknowledged. */
  recvQueue: number;
  sendQueue: number;
  /** "10.77.0.1:5000", or "[::1]:5000". */
  local: string;
  remote: string;
  /** The first of those that hold it; absent for sockets without one, such as those in TIME-WAIT. */
  process?: { name: string; pid: number };
  /** Bytes since the connection began; they go on where they were when it migrates. */
  acked: number;
  received: number;
  /** Segments; bytes; milliseconds. */
  cwnd?: number;
  sendWindow?: number;
  receiveWindow?: number;
  rttMs?: number;
  /** Segments sent again since the connection began. */
  retransmits: number;
}

/** Pure. Lines that are no socket are left out: ss writes warnings into its output. */
export const parseSockets = (text: string): SocketRow[] => text.split('\n').flatMap(parseSocket);

const line = /^([A-Z][A-Z0-9-]*)\s+(\d+)\s+(\d+)\s+(\S+:\S+)\s+(\S+:\S+)\s*(.*)$/;
const holder = /users:\(\("((?:[^"\\]|\\.)*)",pid=(\d+)/;

function parseSocket(text: string): SocketRow[] {
  const [, state = '', recvQueue, sendQueue, local = '', remote = '', rest = ''] = line.exec(text) ?? [];
  if (!state) return [];
  const [, name, pid] = holder.exec(rest) ?? [];
  const facts = parseFacts(rest);
  return [
    {
      ...{ state, recvQueue: Number(recvQueue), sendQueue: Number(sendQueue), local, remote },
      ...(name === undefined ? {} : { process: { name, pid: Number(pid) } }),
      ...{ acked: facts('bytes_acked') ?? 0, received: facts('bytes_received') ?? 0 },
      ...defined({
        ...{ cwnd: facts('cwnd'), sendWindow: facts('snd_wnd'), receiveWindow: facts('rcv_wnd') },
        ...{ rttMs: facts('rtt') },
      }),
      // "retrans:0/5": now outstanding, and in all.
      retransmits: Number(/ retrans:\d+\/(\d+)/.exec(rest)?.[1] ?? 0),
    },
  ];
}

/** Values of the words "name:value"; of "rtt:4.686/1.344" the first. */
function parseFacts(text: string): (name: string) => number | undefined {
  const facts = new Map(
    [...text.matchAll(/(?:^|\s)([a-z_]+):(\d+(?:\.\d+)?)/g)].map(([, name = '', value]) => [
      name,
      Number(value),
    ]),
  );
  return (name) => facts.get(name);
}

const defined = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
