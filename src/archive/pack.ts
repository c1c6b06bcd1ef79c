// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import tar, { type Pack } from 'tar-stream';
import { ExitCode, Fault } from '../fault.ts';
import { fileHash, seen } from '../image/digest.ts';
import type { Report } from '../image/report.ts';
import { type Entry, rootName, sumsName } from './contents.ts';

export interface Written {
  readonly file: string;
  /** Bytes of the file, and how many files are in it. */
  readonly size: number;
  readonly files: number;
  readonly sha256: string;
}

/**
 * Writes a tar, compressed by gzip, with the sums of all files: names in order, no times, nobody's. The same content gives
 * the same tar anywhere, and the same bytes with the same zlib.
 *
 * @throws Fault (69) when the file cannot be written; no half of it is left then
 */
export async function pack(entries: readonly Entry[], file: string, report: Report): Promise<Written> {
  report({ stage: 'sums' });
  const sums: string[] = [];
  for (const entry of entries) sums.push(`${await hashOf(entry)}  ${entry.path}\n`);
  const byPath = (a: string, b: string) => (a < b ? -1 : 1);
  const lines = sums.toSorted((a, b) => byPath(a.slice(66), b.slice(66)));
  const all = [...entries, { path: sumsName, text: lines.join('') }].toSorted((a, b) =>
    byPath(a.path, b.path),
  );
  try {
    return { file, files: all.length, ...(await write(all, file, report)) };
  } catch (cause) {
    await rm(`${file}.part`, { force: true });
    const remedy = 'Name a place with room that can be written, and leave the runs alone meanwhile.';
    throw new Fault(ExitCode.hostLacks, `${file} cannot be written: ${(cause as Error).message}`, remedy, {
      cause,
    });
  }
}

const hashOf = (entry: Entry) =>
  'file' in entry ? fileHash(entry.file) : createHash('sha256').update(entry.text).digest('hex');

async function write(entries: readonly Entry[], file: string, report: Report) {
  const archive = tar.pack();
  const hash = createHash('sha256');
  let size = 0;
  const written = pipeline(
    archive as unknown as AsyncIterable<Uint8Array>,
    createGzip({ level: 9 }),
    seen((chunk) => {
      hash.update(chunk);
      size += chunk.length;
    }),
    createWriteStream(`${file}.part`),
  );
  try {
    await Promise.all([written, packAll(archive, entries, report)]);
  } catch (error) {
    archive.destroy();
    await written.catch(() => undefined);
    throw error;
  }
  await rename(`${file}.part`, file);
  return { size, sha256: hash.digest('hex') };
}

async function packAll(archive: Pack, entries: readonly Entry[], report: Report): Promise<void> {
  for (const [index, entry] of entries.entries()) {
    report({ stage: 'writing', done: index, total: entries.length });
    const text = 'text' in entry ? Buffer.from(entry.text) : undefined;
    const size = text?.length ?? ('file' in entry ? (await stat(entry.file)).size : 0);
    const content = 'file' in entry ? createReadStream(entry.file) : Readable.from([text]);
    const owner = { uid: 0, gid: 0, uname: 'root', gname: 'root' };
    const header = { name: `${rootName}/${entry.path}`, size, mode: 0o644, mtime: new Date(0), ...owner };
    await pipeline(content, archive.entry(header));
  }
  archive.finalize();
}
