// SPDX-License-Identifier: GPL-2.0-only
import type { Fault } from '../fault.ts';
import { captureFault, FILE_HEADER_BYTES, type FileHeader, parseFileHeader } from './file-header.ts';

/** One record. The object is reused: read it inside the callback, keep numbers, never the object or its bytes. */
export interface Frame {
  /** 0 for the first record of the file. */
  index: number;
  /** Nanoseconds since the first record: a double, exact up to 104 days. */
  timeNs: number;
  bytes: Uint8Array;
  /** Of the same bytes: one read with a bounds check for a field of 16 or 32 bits. */
  view: DataView;
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
 * Memory: one chunk and one record; a chunk is not needed any more when the next one is asked for.
 * Throws a Fault (exit 64) with the byte offset where the file is wrong.
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
  /** The start of a record, or of the file's header, whose end is in a chunk to come. */
  private rest: Uint8Array = new Uint8Array(0);
  /** File offset of the first byte that was not delivered: of rest[0] if there is one. */
  private offset = 0;
  private header: FileHeader | undefined;
  private firstSeconds = -1;
  private firstFraction = 0;
  private readonly frame: Frame = {
    index: -1,
    timeNs: 0,
    bytes: this.rest,
    view: viewOf(this.rest),
    start: 0,
    captured: 0,
    length: 0,
  };
  private readonly onFrame: (frame: Frame) => void;

  constructor(onFrame: (frame: Frame) => void) {
    this.onFrame = onFrame;
  }

  /** Delivers a record that began in an earlier chunk from a copy of its own, all others from where they are. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (this.rest.length > 0 && at < chunk.length) {
      const end = at + this.missing();
      this.deliver(Buffer.concat([this.rest, chunk.subarray(at, end)]), 0);
      at = Math.min(end, chunk.length);
    }
    if (at < chunk.length) this.deliver(chunk, at);
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

  /** How many bytes `rest` lacks: to the end of its record once the record's header is there. */
  private missing(): number {
    const { rest, header } = this;
    if (header === undefined) return FILE_HEADER_BYTES - rest.length;
    if (rest.length < RECORD_HEADER_BYTES) return RECORD_HEADER_BYTES - rest.length;
    return RECORD_HEADER_BYTES + viewOf(rest).getUint32(8, header.littleEndian) - rest.length;
  }

  private deliver(bytes: Uint8Array, at: number): void {
    let next = at;
    if (this.header === undefined && bytes.length >= FILE_HEADER_BYTES) {
      this.header = parseFileHeader(bytes);
      next = FILE_HEADER_BYTES;
    }
    if (this.header !== undefined) next = this.scan(bytes, next, this.offset - at, this.header);
    this.offset += next - at;
    // A copy, because the chunk's memory may be used again; what is left is shorter than a record.
    this.rest = new Uint8Array(bytes.subarray(next));
  }

  /** Delivers the whole records in bytes[at..] and returns where the first incomplete one starts. `base`: file offset of bytes[0]. */
  private scan(bytes: Uint8Array, at: number, base: number, { littleEndian, unitNs }: FileHeader): number {
    const { frame, onFrame } = this;
    const view = viewOf(bytes);
    frame.bytes = bytes;
    frame.view = view;
    let next = at;
    while (next + RECORD_HEADER_BYTES <= bytes.length) {
      const seconds = view.getUint32(next, littleEndian);
      const fraction = view.getUint32(next + 4, littleEndian);
      const captured = view.getUint32(next + 8, littleEndian);
      const length = view.getUint32(next + 12, littleEndian);
      if (fraction >= NS / unitNs || captured > LONGEST_RECORD || captured > length)
        throw recordFault(base + next, fraction, captured, length, unitNs);
      const end = next + RECORD_HEADER_BYTES + captured;
      if (end > bytes.length) break;
      if (this.firstSeconds < 0) {
        this.firstSeconds = seconds;
        this.firstFraction = fraction;
      }
      frame.index++;
      frame.timeNs = (seconds - this.firstSeconds) * NS + (fraction - this.firstFraction) * unitNs;
      frame.start = next + RECORD_HEADER_BYTES;
      frame.captured = captured;
      frame.length = length;
      onFrame(frame);
      next = end;
    }
    return next;
  }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

function recordFault(
  offset: number,
  fraction: number,
  captured: number,
  length: number,
  unitNs: number,
): Fault {
  if (fraction >= NS / unitNs)
    return captureFault(offset + 4, `sub-second part ${fraction}`, `less than ${NS / unitNs}`);
  const most = captured > LONGEST_RECORD ? `${LONGEST_RECORD}` : `the frame's length ${length}`;
  return captureFault(offset + 8, `captured length ${captured}`, `at most ${most}`);
}
