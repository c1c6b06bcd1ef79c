// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { readCaptureFile } from '../../src/pcap/capture-file.ts';
import { TcpFlag } from '../../src/pcap/segment.ts';
import type { Boot } from './boot.ts';

/** What the peer's wire carried: RSTs of either side, and payload segments of the peer that begin before a later one did. */
export async function seenAtPeer(boot: Boot): Promise<{ resets: number; repeatedByPeer: number }> {
  const seen = { resets: 0, repeatedByPeer: 0 };
  const next = new Map<number, number>();
  await readCaptureFile(join(boot.directory, 'public.pcap'), (segment, verdict) => {
    if (verdict !== 'tcp') return;
    if (segment.flags & TcpFlag.rst) seen.resets++;
    if (segment.sourceAddress !== peerAddress || segment.payloadLength === 0) return;
    const expected = next.get(segment.destinationPort) ?? segment.seq;
    if (((segment.seq - expected) | 0) < 0) seen.repeatedByPeer++;
    else next.set(segment.destinationPort, (segment.seq + segment.payloadLength) >>> 0);
  });
  return seen;
}

const peerAddress = 0x0a4d0064;
