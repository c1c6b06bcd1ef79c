// SPDX-License-Identifier: GPL-2.0-only
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { parseIpv4 } from '../pcap/address.ts';
import { type Frame, readCapture } from '../pcap/capture.ts';
import { createSegment, decodeFrame, TcpFlag } from '../pcap/segment.ts';
import { encodeFileHeader, encodeRecord } from '../pcap/writer.ts';
import type { CellFile } from './cell-file.ts';
import type { Measurement } from './measurement.ts';

const BEFORE_NS = 1e9;
const AFTER_NS = 2e9;
/** A fast connection's slice is tens of megabytes: it is written in parts of this size. */
const PART_BYTES = 1 << 20;

/** A stretch of the capture, ns from its first frame. */
interface Stretch {
  fromNs: number;
  toNs: number;
}

/**
 * Copies what concerns the rows that are not valid to another pcap file: the workload's packets from 1 s before each
 * freeze to 2 s after it; without such a row, or a known freeze, those of the capture's last 3 s. SYNs and RSTs are
 * always copied: without the first Wireshark cannot scale the windows. Constant memory.
 *
 * @returns how many packets the slice has.
 * @throws Fault (64) for a capture that is no pcap.
 */
export async function writeSlice(
  capture: string,
  target: string,
  cell: CellFile,
  rows: readonly Measurement[],
): Promise<number> {
  const { header, epochNs = 0n, lastNs } = await readCapture(createReadStream(capture), () => undefined);
  const stretches = failedStretches(rows, lastNs);
  const isWanted = wantedPackets(cell, stretches);
  await using file = await open(target, 'w');
  const slice = new PartWriter(file, encodeFileHeader(header.snaplen));
  const chunks = slice.flushedBetween(createReadStream(capture, { highWaterMark: PART_BYTES }));
  await readCapture(chunks, (frame) => {
    if (!isWanted(frame)) return;
    const bytes = frame.bytes.subarray(frame.start, frame.start + frame.captured);
    slice.add(encodeRecord(epochNs + BigInt(Math.round(frame.timeNs)), bytes, frame.length));
  });
  await slice.flush();
  return slice.records;
}

function failedStretches(rows: readonly Measurement[], lastNs: number): Stretch[] {
  const end = { fromNs: lastNs - BEFORE_NS - AFTER_NS, toNs: lastNs };
  const failed = rows.filter(({ status }) => status !== 'valid');
  if (failed.length === 0) return [end];
  return failed.map(({ freeze_at_ms: freeze }) =>
    freeze === null ? end : { fromNs: freeze * 1e6 - BEFORE_NS, toNs: freeze * 1e6 + AFTER_NS },
  );
}

function wantedPackets({ peer }: CellFile, stretches: readonly Stretch[]): (frame: Frame) => boolean {
  const address = parseIpv4(peer.public_address);
  const segment = createSegment();
  return (frame) => {
    if (decodeFrame(frame, segment) !== 'tcp') return false;
    const toPeer = segment.destinationAddress === address && segment.destinationPort === peer.port;
    const fromPeer = segment.sourceAddress === address && segment.sourcePort === peer.port;
    if (!toPeer && !fromPeer) return false;
    if (segment.flags & (TcpFlag.syn | TcpFlag.rst)) return true;
    return stretches.some(({ fromNs, toNs }) => frame.timeNs >= fromNs && frame.timeNs <= toNs);
  };
}

/** Collects records while a chunk is scanned, and writes them before the next chunk is read. */
class PartWriter {
  records = 0;
  private readonly file: FileHandle;
  private pending: Uint8Array[];
  private pendingBytes = 0;

  constructor(file: FileHandle, header: Uint8Array) {
    this.file = file;
    this.pending = [header];
  }

  add(record: Uint8Array): void {
    this.pending.push(record);
    this.pendingBytes += record.length;
    this.records++;
  }

  async *flushedBetween(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of chunks) {
      yield chunk;
      if (this.pendingBytes >= PART_BYTES) await this.flush();
    }
  }

  async flush(): Promise<void> {
    await this.file.writeFile(Buffer.concat(this.pending));
    this.pending = [];
    this.pendingBytes = 0;
  }
}
