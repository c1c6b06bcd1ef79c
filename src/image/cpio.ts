// SPDX-License-Identifier: GPL-2.0-only
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** A file of a layer; owner is root, the time is the epoch. */
export interface LayerEntry {
  path: string;
  mode: number;
  content: string | Uint8Array;
}

/** Anything an initramfs holds. */
export type Node =
  | ({ type: 'file' } & LayerEntry)
  | { type: 'directory'; path: string; mode: number }
  | { type: 'link'; path: string; target: string }
  | { type: 'device'; path: string; mode: number; major: number; minor: number };

const typeBits = { file: 0o100000, directory: 0o040000, link: 0o120000, device: 0o020000 };

/**
 * The nodes as a cpio archive in the `newc` format that the kernel unpacks (Documentation/driver-api/early-userspace/
 * buffer-format.rst). The same nodes give the same bytes, in whatever order they come: sorted, time 0, owner 0, inodes
 * counted. Folders that are not listed are made with mode 755.
 */
export function writeArchive(nodes: Iterable<Node>): Buffer {
  const byPath = new Map<string, Node>();
  for (const node of nodes) byPath.set(node.path, node);
  for (const path of [...byPath.keys()])
    for (const parent of parents(path))
      if (!byPath.has(parent)) byPath.set(parent, { type: 'directory', path: parent, mode: 0o755 });
  const paths = [...byPath.keys()].sort();
  const parts = paths.flatMap((path, index) => member(byPath.get(path) as Node, index));
  return padded([...parts, ...header('TRAILER!!!', { inode: 0, mode: 0, links: 1, size: 0 })], 512);
}

/** A layer of plain files, which covers the archives before it. */
export const writeLayer = (entries: readonly LayerEntry[]): Buffer =>
  writeArchive(entries.map((entry) => ({ type: 'file', ...entry })));

/** Writes archives (files or bytes) one after another into `file`; the kernel unpacks them in this order. */
export async function assembleInitramfs(
  file: string,
  parts: readonly (string | Uint8Array)[],
): Promise<void> {
  const partial = `${file}.partial`;
  const output = createWriteStream(partial);
  try {
    await pipeline(async function* () {
      for (const part of parts) {
        let size = 0;
        for await (const chunk of typeof part === 'string' ? createReadStream(part) : [part]) {
          size += chunk.length;
          yield chunk;
        }
        yield Buffer.alloc(-size & 511);
      }
    }, output);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

function member(node: Node, inode: number): Buffer[] {
  const data =
    node.type === 'file' ? Buffer.from(node.content) : Buffer.from(node.type === 'link' ? node.target : '');
  const mode = typeBits[node.type] | (node.type === 'link' ? 0o777 : node.mode);
  const device = node.type === 'device' ? [node.major, node.minor] : [0, 0];
  const links = node.type === 'directory' ? 2 : 1;
  const size = data.length;
  return [...header(node.path, { inode, mode, links, size, device }), data, Buffer.alloc(-size & 3)];
}

function header(
  name: string,
  fields: { inode: number; mode: number; links: number; size: number; device?: number[] },
): Buffer[] {
  const { inode, mode, links, size, device = [0, 0] } = fields;
  const nameBytes = Buffer.from(`${name}\0`);
  // inode, mode, uid, gid, links, mtime, size, device major and minor, rdev major and minor, name's length, checksum
  const numbers = [inode, mode, 0, 0, links, 0, size, 0, 0, ...device, nameBytes.length, 0];
  const hex = numbers.map((value) => value.toString(16).padStart(8, '0').toUpperCase());
  const text = Buffer.concat([Buffer.from(`070701${hex.join('')}`), nameBytes]);
  return [text, Buffer.alloc(-text.length & 3)];
}

function padded(parts: Buffer[], block: number): Buffer {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([...parts, Buffer.alloc(-size & (block - 1))]);
}

const parents = (path: string): string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, index, steps) => steps.slice(0, index + 1).join('/'));
