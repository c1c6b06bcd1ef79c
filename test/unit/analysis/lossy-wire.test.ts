// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { BackwardsWatch } from '../../../src/analysis/backwards.ts';
import { ByteStream } from '../../../src/analysis/byte-stream.ts';
import { formatIpv4 } from '../../../src/pcap/address.ts';
import { readCaptureFile } from '../../../src/pcap/capture-file.ts';
import { TcpFlag } from '../../../src/pcap/segment.ts';
import { fixture } from '../pcap/pcap-bytes.ts';
import { tsharkFields } from '../pcap/tshark.ts';

const ENDS = ['10.77.0.1', '10.77.0.100'] as const;

/** Frames that tshark calls a retransmission of any kind, or the filling of a hole ("out of order"), by sender. */
function resentByTshark(path: string): number[] {
  const kinds = ['retransmission', 'fast_retransmission', 'spurious_retransmission', 'out_of_order'] as const;
  const fields = kinds.map((kind) => `tcp.analysis.${kind}` as const);
  const lines = tsharkFields(path, ['ip.src', 'tcp.len', ...fields]);
  const resent = lines.filter((line) => Number(line['tcp.len']) > 0 && fields.some((f) => line[f] !== ''));
  return ENDS.map((end) => resent.filter((line) => line['ip.src'] === end).length);
}

test('a real lossy connection: retransmissions as tshark has them, and nothing goes backwards', async () => {
  const path = fixture('loss.pcap');
  const streams = new Map(ENDS.map((end) => [end as string, new ByteStream()]));
  const watch = new BackwardsWatch();
  const resent = new Map<string, number>();
  const backwards: number[] = [];
  const summary = await readCaptureFile(path, (segment, verdict) => {
    const source = formatIpv4(segment.sourceAddress);
    const stream = streams.get(source);
    const other = streams.get(formatIpv4(segment.destinationAddress));
    if (verdict !== 'tcp' || stream === undefined || other === undefined) return;
    stream.send(segment);
    if (stream.retransmitted) resent.set(source, (resent.get(source) ?? 0) + 1);
    if ((segment.flags & TcpFlag.ack) === 0) return;
    const acked = other.acknowledge(segment.ack);
    if (source === ENDS[1]) watch.peerAcknowledged(segment.tsval, acked);
    else if (Object.values(watch.nodeSent(segment, stream.start, acked)).includes(true))
      backwards.push(segment.timeNs);
  });
  expect(backwards).toEqual([]);
  expect(ENDS.map((end) => resent.get(end) ?? 0)).toEqual(resentByTshark(path));
  expect(Math.min(...resent.values())).toBeGreaterThan(3);
  for (const stream of streams.values()) {
    expect(stream.lostByCapture).toBe(0);
    expect(stream.holesBefore(summary.lastNs + 1)).toEqual([]);
  }
});
