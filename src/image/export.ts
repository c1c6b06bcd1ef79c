// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, readdir, readlink, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import tar, { type Header, type Pack } from 'tar-stream';
import { ExitCode, Fault } from '../fault.ts';
import { packageVersion } from '../package.ts';
import { architecture, type Entry, type Manifest, manifestName } from './archive.ts';
import { fileHash, seen } from './digest.ts';
import { ensureGuest } from './guest.ts';
import { ensureLockstep } from './lockstep.ts';
import { type Part, partFolder, partName, partsOf } from './parts.ts';
import { ensureQemu } from './qemu.ts';
import type { Report } from './report.ts';
import { ensureTools } from './tools.ts';

export interface Archive {
  image: string;
  file: string;
  /** Bytes of the file. */
  size: number;
  sha256: string;
  parts: Part[];
}

/**
 * Writes everything that a lab of an image needs into one tar, building first what is missing. The same content gives
 * the same bytes.
 *
 * @throws Fault (64) for an unknown image, (69) when the file cannot be written; no half of it is left then
 */
export async function exportImage(image: string, file: string, report: Report): Promise<Archive> {
  const guest = await ensureGuest(image, report);
  await ensureQemu(report);
  await ensureTools(guest, {}, report);
  await ensureLockstep(image, report);
  const parts = await partsOf(image);
  report({ stage: `hashing the files of ${image}` });
  const entries = (await Promise.all(parts.map(listPart))).flat();
  const manifest: Manifest = {
    ...{ format: 1, miglab: packageVersion(), architecture, image, parts },
    entries,
  };
  const written = await writeArchive(manifest, file, report).catch(async (error: Error) => {
    await rm(`${file}.part`, { force: true });
    throw new Fault(
      ExitCode.hostLacks,
      `${file} cannot be written: ${error.message}`,
      'Name a place with room (300 MB) that can be written.',
      { cause: error },
    );
  });
  return { image, file, ...written, parts };
}

/**
 * Files and links of a part in a fixed order. Of a root of packages only what programs use: /dev and /var stay. What the
 * cache notes about a folder begins with a dot, and is this host's.
 */
async function listPart(part: Part): Promise<Entry[]> {
  const folder = partFolder(part);
  const below = part.kind === 'roots' ? 'usr/' : '';
  const found = await readdir(join(folder, below), { recursive: true, withFileTypes: true });
  const names = found
    .filter((each) => each.isFile() || each.isSymbolicLink())
    .map((each) => join(each.parentPath, each.name).slice(folder.length + 1))
    .filter((name) => !name.startsWith('.'));
  const entries: Entry[] = [];
  for (const name of names.sort())
    entries.push(await describe(join(folder, name), `${partName(part)}/${name}`));
  return entries;
}

async function describe(file: string, path: string): Promise<Entry> {
  const stats = await lstat(file);
  if (stats.isSymbolicLink()) return { type: 'link', path, target: await readlink(file) };
  const executable = (stats.mode & 0o100) !== 0;
  return { type: 'file', path, size: stats.size, executable, sha256: await fileHash(file) };
}

async function writeArchive(manifest: Manifest, file: string, report: Report) {
  const folders = new Map(manifest.parts.map((part) => [partName(part), partFolder(part)]));
  const pack = tar.pack();
  const hash = createHash('sha256');
  let size = 0;
  const written = pipeline(
    pack as unknown as AsyncIterable<Uint8Array>,
    seen((chunk) => {
      hash.update(chunk);
      size += chunk.length;
    }),
    createWriteStream(`${file}.part`),
  );
  try {
    await Promise.all([written, packAll(pack, manifest, folders, report)]);
  } catch (error) {
    pack.destroy();
    await written.catch(() => undefined);
    throw error;
  }
  await rename(`${file}.part`, file);
  return { size, sha256: hash.digest('hex') };
}

async function packAll(pack: Pack, manifest: Manifest, folders: Map<string, string>, report: Report) {
  const { entries, image } = manifest;
  const text = Buffer.from(`${JSON.stringify(manifest)}\n`);
  await member(pack, { name: manifestName, size: text.length, mode: 0o644 }, Readable.from([text]));
  const total = entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.size : 0), 0);
  let done = 0;
  for (const entry of entries) {
    report({ stage: `writing ${image}`, done, total });
    await packEntry(pack, entry, folders);
    done += entry.type === 'file' ? entry.size : 0;
  }
  pack.finalize();
}

function packEntry(pack: Pack, entry: Entry, folders: Map<string, string>): Promise<void> {
  if (entry.type === 'link')
    return member(pack, { name: entry.path, type: 'symlink', linkname: entry.target, size: 0, mode: 0o777 });
  const [kind, hash, ...below] = entry.path.split('/');
  const source = join(folders.get(`${kind}/${hash}`) ?? '', ...below);
  const mode = entry.executable ? 0o755 : 0o644;
  return member(pack, { name: entry.path, size: entry.size, mode }, createReadStream(source));
}

/** One member; owner and time say nothing of this host. */
async function member(
  pack: Pack,
  header: Partial<Header> & { name: string },
  content?: Readable,
): Promise<void> {
  const whole = { ...header, mtime: new Date(0), uid: 0, gid: 0, uname: 'root', gname: 'root' };
  const stream = pack.entry(whole);
  if (content) await pipeline(content, stream);
}
