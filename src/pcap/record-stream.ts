// SPDX-License-Identifier: GPL-2.0-only
import { captureFault, FILE_HEADER_BYTES, parseFileHeader } from './file-header.ts';

const RECORD_HEADER_BYTES = 16;
/** libpcap's MAXIMUM_SNAPLEN; a longer record means that the reader has lost its place. */
const LONGEST_RECORD = 262144;

/**
 * Cuts a growing pcap file with times in microseconds into its header and whole records, as bytes, to be passed on.
 * Memory: what has come of one record. Throws a Fault (64) where the file is wrong.
 */
export class RecordStream {
  #rest: Buffer = Buffer.alloc(0);
  #offset = 0;
  #littleEndian: boolean | undefined;
  /** The file's own header, once it has come. */
  header: Buffer | undefined;

  /** @returns the records that are complete now, each with its header */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    if (!this.header) {
      if (bytes.length >= FILE_HEADER_BYTES) at = this.#begin(bytes.subarray(0, FILE_HEADER_BYTES));
      else return this.#keep(bytes, 0, []);
    }
    const records: Buffer[] = [];
    while (at + RECORD_HEADER_BYTES <= bytes.length) {
      const end = at + RECORD_HEADER_BYTES + this.#captured(bytes, at);
      if (end > bytes.length) break;
      records.push(bytes.subarray(at, end));
      at = end;
    }
    return this.#keep(bytes, at, records);
  }

  /** Microseconds since the epoch, as the writer of the file counted them. */
  timeUs(record: Buffer): number {
    return this.#read(record, 0) * 1e6 + this.#read(record, 4);
  }

  setTimeUs(record: Buffer, timeUs: number): void {
    this.#write(record, 0, Math.floor(timeUs / 1e6));
    this.#write(record, 4, timeUs % 1e6);
  }

  #begin(header: Buffer): number {
    const { littleEndian, unitNs } = parseFileHeader(header);
    if (unitNs !== 1000) throw captureFault(0, 'times in nanoseconds', 'times in microseconds');
    this.#littleEndian = littleEndian;
    this.header = Buffer.from(header);
    return FILE_HEADER_BYTES;
  }

  #captured(bytes: Buffer, at: number): number {
    const captured = this.#read(bytes, at + 8);
    if (captured <= LONGEST_RECORD) return captured;
    throw captureFault(this.#offset + at + 8, `captured length ${captured}`, `at most ${LONGEST_RECORD}`);
  }

  #keep(bytes: Buffer, used: number, records: Buffer[]): Buffer[] {
    this.#rest = bytes.subarray(used);
    this.#offset += used;
    return records;
  }

  #read(bytes: Buffer, at: number): number {
    return this.#littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  }

  #write(bytes: Buffer, at: number, value: number): void {
    if (this.#littleEndian) bytes.writeUInt32LE(value, at);
    else bytes.writeUInt32BE(value, at);
  }
}
