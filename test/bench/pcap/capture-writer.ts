// SPDX-License-Identifier: GPL-2.0-only
import { closeSync, openSync, writeSync } from 'node:fs';
import { SNAPLEN, type Template } from './frames.ts';

const BUFFER_BYTES = 1 << 20;
const EPOCH_SECONDS = 1_700_000_000;

/** Writes a classic pcap file with microseconds, as QEMU's filter-dump does. */
export class CaptureWriter implements Disposable {
  bytes = 0;
  private readonly file: number;
  private readonly memory = Buffer.alloc(BUFFER_BYTES);
  private used = 24;

  constructor(path: string) {
    this.file = openSync(path, 'w');
    this.memory.writeUInt32LE(0xa1b2c3d4, 0);
    this.memory.writeUInt16LE(2, 4);
    this.memory.writeUInt16LE(4, 6);
    this.memory.writeUInt32LE(SNAPLEN, 16);
    this.memory.writeUInt32LE(1, 20);
  }

  write({ bytes }: Template, timeUs: number): void {
    if (this.used + bytes.length > BUFFER_BYTES) this.flush();
    const { memory, used } = this;
    memory.set(bytes, used);
    memory.writeUInt32LE(EPOCH_SECONDS + Math.floor(timeUs / 1e6), used);
    memory.writeUInt32LE(timeUs % 1e6, used + 4);
    this.used += bytes.length;
    this.bytes += bytes.length;
  }

  [Symbol.dispose](): void {
    this.flush();
    closeSync(this.file);
  }

  private flush(): void {
    for (let at = 0; at < this.used; ) at += writeSync(this.file, this.memory, at, this.used - at);
    this.used = 0;
  }
}
