// SPDX-License-Identifier: GPL-2.0-only
import { captureFault, FILE_HEADER_BYTES, type FileHeader, parseFileHeader } from './file-header.ts';

/** One record. The object is reused: read it inside the callback, keep numbers, never the object or its bytes. */
export interface Frame {
  /** 0 for the first record of the file. */
  index: number;
  /** Nanoseconds since the first record: a double, exact up to 104 days. */
  timeNs: number;
  bytes: Uint8Array;
  /** Where the frame starts in `bytes`, and how much of it was captured. */
  start: number;
  captured: number;
  /** Length on the wire. */
  length: number;
}

export interface CaptureSummary {
  header: FileHeader;
  frames: number;
  bytes: number;
  /** The first record's time since the epoch. */
  epochNs: bigint | undefined;
  lastNs: number;
  /** The file ends inside a record (the writer was killed): where that record starts. */
  truncatedAt: number | undefined;
}

const RECORD_HEADER_BYTES = 16;
/** libpcap's MAXIMUM_SNAPLEN; a longer record means that the reader has lost its place. */
const LONGEST_RECORD = 262144;
const NS = 1_000_000_000;

/**
 * Calls `onFrame` for every record of a classic pcap file that arrives in chunks of any size.
 * Memory: one chunk and one record. Throws a Fault (exit 64) with the byte offset where the file is wrong.
 */
export async function readCapture(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  onFrame: (frame: Frame) => void,
): Promise<CaptureSummary> {
  const scanner = new Scanner(onFrame);
  for await (const chunk of chunks) scanner.push(chunk);
  return scanner.end();
}

class Scanner {
  private rest: Uint8Array = new Uint8Array(0);
  /** File offset of rest[0]. */
  private offset = 0;
  private header: FileHeader | undefined;
  private firstSeconds = -1;
  private firstFraction = 0;
  private readonly frame: Frame = {
    index: -1,
    timeNs: 0,
    bytes: new Uint8Array(0),
    start: 0,
    captured: 0,
    length: 0,
  };
  private readonly onFrame: (frame: Frame) => void;

  constructor(onFrame: (frame: Frame) => void) {
    this.onFrame = onFrame;
  }

  push(chunk: Uint8Array): void {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let used = 0;
    if (this.header === undefined && bytes.length >= FILE_HEADER_BYTES) {
      this.header = parseFileHeader(bytes);
      used = FILE_HEADER_BYTES;
    }
    if (this.header !== undefined) used = this.scan(bytes, used, this.header);
    // A copy, because a file stream may reuse the chunk's memory; what is left is shorter than a record.
    this.rest = bytes.slice(used);
    this.offset += used;
  }

  end(): CaptureSummary {
    const header = this.header ?? parseFileHeader(this.rest);
    const { firstSeconds, firstFraction } = this;
    return {
      header,
      frames: this.frame.index + 1,
      bytes: this.offset + this.rest.length,
      epochNs:
        firstSeconds < 0
          ? undefined
          : BigInt(firstSeconds) * BigInt(NS) + BigInt(firstFraction * header.unitNs),
      lastNs: this.frame.timeNs,
      truncatedAt: this.rest.length > 0 ? this.offset : undefined,
    };
  }

  /** Delivers the whole records in bytes[at..] and returns where the first incomplete one starts. */
  private scan(bytes: Uint8Array, at: number, header: FileHeader): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const { littleEndian, unitNs } = header;
    const { frame } = this;
    let next = at;
    while (next + RECORD_HEADER_BYTES <= bytes.length) {
      const seconds = view.getUint32(next, littleEndian);
      const fraction = view.getUint32(next + 4, littleEndian);
      const captured = view.getUint32(next + 8, littleEndian);
      const length = view.getUint32(next + 12, littleEndian);
      this.check(next, fraction, captured, length, unitNs);
      const end = next + RECORD_HEADER_BYTES + captured;
      if (end > bytes.length) break;
      if (this.firstSeconds < 0) {
        this.firstSeconds = seconds;
        this.firstFraction = fraction;
      }
      frame.index++;
      frame.timeNs = (seconds - this.firstSeconds) * NS + (fraction - this.firstFraction) * unitNs;
      frame.bytes = bytes;
      frame.start = next + RECORD_HEADER_BYTES;
      frame.captured = captured;
      frame.length = length;
      this.onFrame(frame);
      next = end;
    }
    return next;
  }

  private check(at: number, fraction: number, captured: number, length: number, unitNs: number): void {
    const start = this.offset + at;
    if (fraction >= NS / unitNs)
      throw captureFault(start + 4, `sub-second part ${fraction}`, `less than ${NS / unitNs}`);
    if (captured > LONGEST_RECORD)
      throw captureFault(start + 8, `captured length ${captured}`, `at most ${LONGEST_RECORD}`);
    if (captured > length)
      throw captureFault(start + 8, `captured length ${captured}`, `at most the frame's length ${length}`);
  }
}
