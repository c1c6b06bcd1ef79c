// SPDX-License-Identifier: GPL-2.0-only
import { parseSockets, type SocketRow } from './socket-table.ts';

/** What one machine said of itself at one moment. */
export interface Sample {
  /** Seconds since the machine's boot. */
  uptimeS: number;
  sockets: SocketRow[];
  /** Of /proc/net/tcpmig, in its order; empty where the module is not loaded. */
  counters: Map<string, number>;
}

const divider = '--miglab--';

/** What a machine runs for a sample; in one shell, so that it costs one round trip. */
export const sampleScript = `cat /proc/uptime; echo ${divider}; ss -tniOpH; echo ${divider}; cat /proc/net/tcpmig 2> /dev/null || :`;

/** Pure. @throws Error when the text is no output of the script */
export function parseSample(text: string): Sample {
  const [uptime, sockets, counters] = text.split(`${divider}\n`);
  if (uptime === undefined || sockets === undefined || counters === undefined)
    throw new Error(`no sample: ${text.slice(0, 200)}`);
  return {
    uptimeS: Number.parseFloat(uptime),
    sockets: parseSockets(sockets),
    counters: new Map(
      [...counters.matchAll(/^(\S+) (\d+)$/gm)].map(([, name = '', value]) => [name, Number(value)]),
    ),
  };
}
