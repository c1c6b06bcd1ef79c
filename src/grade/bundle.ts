// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gzipSync } from 'node:zlib';
import tar, { type Header } from 'tar-stream';
import { ExitCode, Fault } from '../fault.ts';
import { seen } from '../image/digest.ts';

type Member = AsyncIterable<Uint8Array> & { header: Header };

/** Contents by path, of an archive that somebody sent. They are never written to disk under these names. */
export type Bundle = ReadonlyMap<string, Buffer>;

/** The list of all other files with their SHA-256, as sha256sum(1) writes it. */
const sumsFile = 'SHA256SUMS';

const limits = { bytes: 256 << 20, members: 2000, nameBytes: 200 };

/**
 * Reads a .tar.gz of a stranger into memory: regular files alone, within limits of number and size, however small the
 * archive is. Anything else in it than files and folders, a path that leads elsewhere, or one that comes twice, is a fault.
 *
 * @throws Fault (64)
 */
export async function readBundle(file: string): Promise<Bundle> {
  const extract = tar.extract();
  let unpacked = 0;
  const reading = pipeline(
    createReadStream(file),
    createGunzip(),
    seen((chunk) => {
      unpacked += chunk.length;
      if (unpacked > limits.bytes) throw refuse(file, `holds more than ${limits.bytes >> 20} MiB`);
    }),
    extract,
  );
  const taking = takeMembers(file, extract as unknown as AsyncIterable<Member>);
  try {
    const [files] = await Promise.all([taking, reading]);
    return files;
  } catch (error) {
    extract.destroy();
    await Promise.allSettled([taking, reading]);
    if (error instanceof Fault) throw error;
    throw refuse(file, `is no .tar.gz that can be read: ${(error as Error).message}`);
  }
}

async function takeMembers(file: string, members: AsyncIterable<Member>): Promise<Bundle> {
  const files = new Map<string, Buffer>();
  let count = 0;
  for await (const member of members) {
    const { name, type } = member.header;
    if (++count > limits.members) throw refuse(file, `has more than ${limits.members} members`);
    const path = pathOf(name);
    if (path === undefined) throw refuse(file, `has a member ${JSON.stringify(name.slice(0, 80))}`);
    if (type !== 'file' && type !== 'directory') throw refuse(file, `has a ${type}: ${path}`);
    if (files.has(path)) throw refuse(file, `has ${path} twice`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of member) chunks.push(chunk);
    if (type === 'file') files.set(path, Buffer.concat(chunks));
  }
  return files;
}

/** A path below the archive's folder, or undefined. Pure. */
export function pathOf(name: string): string | undefined {
  const path = name.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it is about.
  if (name.length > limits.nameBytes || /[\0-\x1f\\]/.test(name)) return undefined;
  if (path === '' || path === '.') return '.';
  return normalize(path) === path && !path.startsWith('/') && !/^\.\.(\/|$)/.test(path) ? path : undefined;
}

const refuse = (file: string, why: string): Fault =>
  new Fault(ExitCode.usage, `${file} ${why}`, 'Pack it with: miglab assignment pack');

/** Writes the files, and their sums, into a .tar.gz; the same files give the same bytes. */
export async function writeBundle(target: string, files: Bundle): Promise<void> {
  const all = new Map([...files, [sumsFile, Buffer.from(sumsOf(files))] as const]);
  const pack = tar.pack();
  for (const [name, content] of [...all].sort(([a], [b]) => (a < b ? -1 : 1)))
    pack.entry({ name, mode: 0o644, mtime: new Date(0) }, content);
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack) chunks.push(chunk as Buffer);
  await writeFile(target, gzipSync(Buffer.concat(chunks), { level: 9 }));
}

/** Pure. */
const sumsOf = (files: Bundle): string =>
  [...files]
    .filter(([name]) => name !== sumsFile)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, content]) => `${createHash('sha256').update(content).digest('hex')}  ${name}\n`)
    .join('');

/** Whether the files are those that the list in it says: against accidents, for a forger makes a list too. Pure. */
export const isWhole = (files: Bundle): boolean => files.get(sumsFile)?.toString() === sumsOf(files);
