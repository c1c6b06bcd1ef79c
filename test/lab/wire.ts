// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { Closing } from '../../src/analysis/closing.ts';
import { readCaptureFile } from '../../src/pcap/capture-file.ts';
import { TcpFlag } from '../../src/pcap/segment.ts';
import type { Boot } from './boot.ts';

/**
 * What the peer's wire carried: RSTs of either side before both had acknowledged the other's FIN, and payload segments
 * of the peer that begin before a later one did.
 */
export async function seenAtPeer(boot: Boot): Promise<{ resets: number; repeatedByPeer: number }> {
  const seen = { resets: 0, repeatedByPeer: 0 };
  const connections = new Map<number, { next?: number; closing: Closing }>();
  await readCaptureFile(join(boot.directory, 'public.pcap'), (segment, verdict) => {
    if (verdict !== 'tcp') return;
    const byPeer = segment.sourceAddress === peerAddress;
    const port = byPeer ? segment.destinationPort : segment.sourcePort;
    const connection = connections.get(port) ?? { closing: new Closing() };
    connections.set(port, connection);
    if (segment.flags & TcpFlag.rst && !connection.closing.isOver) seen.resets++;
    connection.closing.observe(segment, byPeer ? 'peer' : 'node');
    if (!byPeer || segment.payloadLength === 0) return;
    if (((segment.seq - (connection.next ?? segment.seq)) | 0) < 0) seen.repeatedByPeer++;
    else connection.next = (segment.seq + segment.payloadLength) >>> 0;
  });
  return seen;
}

const peerAddress = 0x0a4d0064;
