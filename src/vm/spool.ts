// SPDX-License-Identifier: GPL-2.0-only
import { execFile } from 'node:child_process';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const chunkBytes = 1 << 20;
/** How much is read before its blocks are given back to the disk. */
const reclaimBytes = 64 << 20;

export interface Chunk {
  bytes: Buffer;
  /** When the last byte of the chunk was written, in microseconds since the epoch; only if it was the file's last. */
  changedUs?: number;
}

/**
 * The file that QEMU captures into, read as it grows. It is a file and no pipe, because QEMU would stop, and with it
 * the guest, while nobody empties a pipe. What was read is given back to the disk (punched out), so that a capture may
 * go on for days into a reader that keeps up.
 */
export class Spool implements AsyncDisposable {
  readonly path: string;
  readonly #file: FileHandle;
  #offset = 0;
  #reclaimed = 0;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  static async open(folder: string, name: string): Promise<Spool> {
    const path = join(folder, name);
    return new Spool(path, await open(path, 'r'));
  }

  /** @returns undefined when nothing has come since */
  async read(): Promise<Chunk | undefined> {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    const { bytesRead } = await this.#file.read(buffer, 0, chunkBytes, this.#offset);
    if (bytesRead === 0) return undefined;
    this.#offset += bytesRead;
    const { size, mtimeMs } = await this.#file.stat();
    if (this.#offset - this.#reclaimed >= reclaimBytes) await this.#reclaim();
    const bytes = buffer.subarray(0, bytesRead);
    return size === this.#offset ? { bytes, changedUs: mtimeMs * 1000 } : { bytes };
  }

  /** A file system that cannot punch keeps the blocks until the capture ends. */
  async #reclaim(): Promise<void> {
    const length = this.#offset - (this.#offset % 4096);
    const hole = ['--punch-hole', '--offset', '0', '--length', String(length), this.path];
    await promisify(execFile)('fallocate', hole).catch(() => undefined);
    this.#reclaimed = length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await rm(this.path, { force: true });
  }
}
