// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { constants, createReadStream, createWriteStream, existsSync } from 'node:fs';
import { access, mkdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import tar, { type Header } from 'tar-stream';
import { z } from 'zod';
import { ExitCode, Fault } from '../fault.ts';
import { packageVersion } from '../package.ts';
import { diskFault } from '../vm/disk.ts';
import { cacheFolder } from '../vm/folders.ts';
import {
  architecture,
  type Entry,
  faultyEntry,
  type Manifest,
  manifestLimit,
  manifestName,
  manifestSchema,
} from './archive.ts';
import { placeOnce } from './cache.ts';
import { seen } from './digest.ts';
import { type Part, partFolder, partName, partsOf } from './parts.ts';
import { recipeNames } from './recipe.ts';
import type { Report } from './report.ts';
import { withScratch } from './scratch.ts';

/** One file or link of the tar, as it is read. */
type Member = AsyncIterable<Uint8Array> & { header: Header; resume(): void };

export interface Imported {
  image: string;
  /** Of the archive, to be compared with what the export printed. */
  sha256: string;
  /** What was put into the cache; the others were there. */
  placed: Part[];
  present: Part[];
}

/**
 * Brings an archive that `exportImage` wrote into the cache, for a host without network. Every file is verified against
 * the archive's list before the first one gets there; an archive with any fault is refused whole. The list itself is
 * trusted: who made the archive decides what runs.
 *
 * @throws Fault (64) for an archive that is damaged or of another version, (69) for one of another architecture, or when
 * the cache has no room
 */
export async function importImage(file: string, report: Report): Promise<Imported> {
  return withScratch(async (scratch) => {
    const { manifest, sha256 } = await unpack(file, scratch, report);
    const placed: Part[] = [];
    for (const part of manifest.parts)
      await placeOnce(partFolder(part), partName(part), report, async (into) => {
        await rm(into, { recursive: true });
        await rename(join(scratch, partName(part)), into);
        placed.push(part);
      });
    const present = manifest.parts.filter((part) => !placed.includes(part));
    return { image: manifest.image, sha256, placed, present };
  });
}

/** Unpacks into `folder` and verifies everything. */
async function unpack(file: string, folder: string, report: Report) {
  const total = await readableSize(file);
  const hash = createHash('sha256');
  const extract = tar.extract();
  let done = 0;
  const reading = pipeline(
    createReadStream(file),
    seen((chunk) => {
      report({ stage: `verifying ${file}`, done, total });
      hash.update(chunk);
      done += chunk.length;
    }),
    extract,
  );
  const unpacking = unpackMembers(file, extract as unknown as AsyncIterable<Member>, folder);
  try {
    const [manifest] = await Promise.all([unpacking, reading]);
    return { manifest, sha256: hash.digest('hex') };
  } catch (error) {
    extract.destroy();
    // Neither writes into the folder any more when it is removed.
    await Promise.allSettled([unpacking, reading]);
    throw asFault(file, error);
  }
}

async function readableSize(file: string): Promise<number> {
  try {
    await access(file, constants.R_OK);
  } catch (cause) {
    return refuse(file, `cannot be read (${(cause as Error).message})`);
  }
  const found = await stat(file);
  return found.isFile() ? found.size : refuse(file, 'is no file');
}

/** What tar-stream throws is about the archive; what has a code of the system is about the cache. */
function asFault(file: string, error: unknown): unknown {
  if (error instanceof Fault) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (/^E[A-Z]+$/.test(code)) return diskFault(error, cacheFolder(), 'XDG_CACHE_HOME', '6 GB');
  return damaged(file, message);
}

async function unpackMembers(
  file: string,
  members: AsyncIterable<Member>,
  folder: string,
): Promise<Manifest> {
  let manifest: Manifest | undefined;
  let next = 0;
  for await (const member of members) {
    if (!manifest) {
      manifest = await readManifest(file, member);
      continue;
    }
    const entry = manifest.entries[next++];
    if (!entry || !matches(entry, member.header))
      throw damaged(file, `${member.header.name} is not what its list says`);
    await unpackEntry(file, entry, member, join(folder, entry.path));
  }
  if (!manifest) throw damaged(file, 'it is empty');
  const missing = manifest.entries[next];
  if (missing) throw damaged(file, `it ends before ${missing.path}`);
  return manifest;
}

async function readManifest(file: string, member: Member): Promise<Manifest> {
  const { name, size = 0, type } = member.header;
  if (name !== manifestName || type !== 'file' || size > manifestLimit)
    throw refuse(file, 'is no archive that `miglab image export` wrote');
  const chunks: Uint8Array[] = [];
  for await (const chunk of member) chunks.push(chunk);
  const manifest = parseManifest(file, Buffer.concat(chunks).toString());
  const faulty = faultyEntry(manifest);
  if (faulty) throw refuse(file, `is not safe to unpack: ${faulty}`);
  await requireSame(file, manifest);
  return manifest;
}

function parseManifest(file: string, text: string): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw refuse(file, `has a faulty list, or one of another version of miglab: ${why}`);
  }
}

/** An archive is of use only where this program asks the cache for the very same content. */
async function requireSame(file: string, manifest: Manifest): Promise<void> {
  if (manifest.architecture !== architecture || process.arch !== 'x64')
    throw new Fault(
      ExitCode.hostLacks,
      `${file} holds programs for ${manifest.architecture}; this miglab runs ${architecture} on ${process.arch}`,
      'Export the image on a host of the same architecture.',
    );
  const known = await recipeNames();
  if (!known.includes(manifest.image))
    throw refuse(
      file,
      `holds the image "${manifest.image}", for which there is no recipe (there are ${known.join(', ')})`,
    );
  const names = (parts: readonly Part[]) => parts.map(partName).join('\n');
  if (names(manifest.parts) !== names(await partsOf(manifest.image)))
    throw new Fault(
      ExitCode.usage,
      `${file} was made by miglab ${manifest.miglab} from other sources, locks or recipes than those of this miglab ${packageVersion()}`,
      `Use the same miglab on both hosts: miglab image export ${manifest.image} -o FILE`,
    );
}

const matches = (entry: Entry, { name, type, size, linkname }: Header): boolean =>
  name === entry.path &&
  (entry.type === 'file'
    ? type === 'file' && size === entry.size
    : type === 'symlink' && linkname === entry.target);

async function unpackEntry(file: string, entry: Entry, member: Member, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  if (entry.type === 'link') {
    member.resume();
    return symlink(entry.target, target);
  }
  const hash = createHash('sha256');
  await pipeline(
    member,
    seen((chunk) => void hash.update(chunk)),
    createWriteStream(target, { mode: entry.executable ? 0o755 : 0o644, flags: 'wx' }),
  );
  if (hash.digest('hex') !== entry.sha256) throw damaged(file, `${entry.path} does not have its hash`);
}

const refuse = (file: string, why: string): never => {
  const again = existsSync(file) ? 'Nothing was imported. Write it anew: ' : '';
  throw new Fault(ExitCode.usage, `${file} ${why}`, `${again}miglab image export NAME -o FILE`);
};

const damaged = (file: string, why: string): Fault =>
  new Fault(
    ExitCode.usage,
    `${file} is damaged or incomplete: ${why}`,
    'Nothing was imported. Copy it again, and compare its SHA-256 with what the export printed.',
  );
