// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import tar, { type Header } from 'tar-stream';
import { ExitCode, Fault } from '../fault.ts';
import { seen } from '../image/digest.ts';
import { rootName } from './contents.ts';

/** One file of the tar, as it is read. */
type Member = AsyncIterable<Uint8Array> & { header: Header };

/** What an archive from outside may take. */
export interface Limits {
  readonly bytes: number;
  readonly files: number;
}

/** What may be unpacked into a folder: what its disk has free, but for a gigabyte. */
export async function limitsOf(folder: string): Promise<Limits> {
  const { bavail, bsize } = await statfs(folder);
  return { bytes: Math.max(0, bavail * bsize - 1e9), files: 200_000 };
}

/**
 * Unpacks an archive that anybody may have written. Whatever is no plain file below the root, or a second of its name,
 * is refused before it is written, and so is what takes more than the limits.
 *
 * @returns the SHA-256 of each file by its path below the root, which is made in `folder`
 * @throws Fault (64) for an archive that is damaged, or not safe to unpack
 */
export async function unpack(file: string, folder: string, limits: Limits): Promise<Map<string, string>> {
  const extract = tar.extract();
  const reading = pipeline(createReadStream(file), createGunzip(), extract);
  const members = extract as unknown as AsyncIterable<Member>;
  const unpacking = unpackMembers(file, members, folder, limits);
  unpacking.catch(() => extract.destroy());
  // Neither writes into the folder any more when this is over.
  const outcomes = await Promise.allSettled([unpacking, reading]);
  const errors = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  // Where one fails, all that the other says is that it was ended.
  const cause = errors.find(({ code }) => code !== 'ERR_STREAM_PREMATURE_CLOSE') ?? errors[0];
  if (cause) throw asFault(file, cause);
  const sums = await unpacking;
  if (sums.size === 0) throw damaged(file, 'it is empty');
  return sums;
}

async function unpackMembers(
  file: string,
  members: AsyncIterable<Member>,
  folder: string,
  limits: Limits,
): Promise<Map<string, string>> {
  const sums = new Map<string, string>();
  const folders = new Set<string>();
  let bytes = 0;
  for await (const member of members) {
    const { name, size = 0 } = member.header;
    const why = faultyMember(member.header, sums, folders);
    if (why) throw unsafe(file, why);
    bytes += size;
    if (bytes > limits.bytes)
      throw unsafe(file, `its files need more than ${Math.floor(limits.bytes / 1e6)} MB`);
    if (sums.size >= limits.files) throw unsafe(file, `it has more than ${limits.files} files`);
    const target = join(folder, name);
    await mkdir(dirname(target), { recursive: true });
    const hash = createHash('sha256');
    await pipeline(
      member,
      seen((chunk) => void hash.update(chunk)),
      createWriteStream(target, { mode: 0o644, flags: 'wx' }),
    );
    sums.set(name.slice(rootName.length + 1), hash.digest('hex'));
  }
  return sums;
}

/**
 * What is wrong with a member, or undefined: a plain file, below the root, of a name that is not there yet. Its folders are
 * added to those that are.
 */
function faultyMember(
  { name, type }: Header,
  files: ReadonlyMap<string, string>,
  folders: Set<string>,
): string | undefined {
  const shown = JSON.stringify(name);
  if (type !== 'file') return `${shown} is a ${type ?? 'thing of unknown kind'}, no file`;
  // A terminal would obey control characters.
  const isPath = normalize(name) === name && !/\p{Cc}|\\|\/$/u.test(name);
  if (!name.startsWith(`${rootName}/`) || !isPath) return `${shown} is no path below ${rootName}/`;
  const path = name.slice(rootName.length + 1);
  if (files.has(path) || folders.has(path)) return `${shown} is in it twice`;
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    if (files.has(folder)) return `${shown} lies below a file`;
    folders.add(folder);
  }
  return undefined;
}

/** What has a code of the system is about the disk; all else about the archive. */
function asFault(file: string, error: unknown): unknown {
  if (error instanceof Fault) return error;
  const { code = '', message, path } = error as NodeJS.ErrnoException;
  if (code === 'ENAMETOOLONG' || code === 'EISDIR') return damaged(file, message);
  if (path === file)
    return new Fault(ExitCode.usage, `${file}: cannot be read (${message})`, 'Name an archive.');
  return /^E[A-Z]+$/.test(code) ? error : damaged(file, message);
}

const unsafe = (file: string, why: string) =>
  new Fault(
    ExitCode.usage,
    `${file} is not safe to unpack: ${why}`,
    'It was not written by `miglab archive`.',
  );

const damaged = (file: string, why: string) =>
  new Fault(ExitCode.usage, `${file} is damaged, or no archive: ${why}`, 'Copy it again.');
