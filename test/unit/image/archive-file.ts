// SPDX-License-Identifier: GPL-2.0-only
import { createReadStream } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import tar, { type Header } from 'tar-stream';
import { type Manifest, manifestName } from '../../../src/image/archive.ts';
import { partFolder, partsOf } from '../../../src/image/parts.ts';

/** One member of a tar, and its content. */
interface Member {
  header: Partial<Header> & { name: string };
  content: Buffer;
}

/** Puts small files where the cache has the parts of an image, so that it counts as built. */
export async function makeParts(image: string): Promise<void> {
  const files = {
    roots: ['usr/bin/qemu-system-x86_64', 'usr/lib64/ld-linux-x86-64.so.2'],
    images: ['kernel', 'kernel-release', 'initramfs'],
    tools: ['layer', 'files/bin/tool'],
  };
  for (const part of await partsOf(image)) {
    const folder = partFolder(part);
    for (const file of files[part.kind]) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), `${file} of ${part.hash}\n`.repeat(20));
      if (/bin\//.test(file)) await chmod(join(folder, file), 0o755);
    }
    if (part.kind !== 'roots') continue;
    await symlink('../lib64/ld-linux-x86-64.so.2', join(folder, 'usr/bin/loader'));
    await mkdir(join(folder, 'var'));
    await writeFile(join(folder, 'var', 'left'), 'not needed to run anything');
  }
}

/** Every file below a folder: its path, mode and content; for a link where it leads. */
export async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const found: Record<string, string> = {};
  for (const each of entries) {
    const path = join(each.parentPath, each.name);
    // The cache notes something about each of its folders, which has times.
    if (each.isDirectory() || each.name.startsWith('.')) continue;
    const { mode } = await stat(path);
    found[path.slice(folder.length + 1)] =
      `${each.isSymbolicLink()} ${mode.toString(8)} ${await readFile(path, 'utf8')}`;
  }
  return found;
}

export async function readMembers(file: string): Promise<Member[]> {
  const members: Member[] = [];
  for await (const entry of createReadStream(file).pipe(tar.extract())) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
    members.push({ header: entry.header, content: Buffer.concat(chunks) });
  }
  return members;
}

/** Writes the members of an archive anew, its list changed by `edit`. */
export async function rewrite(
  members: readonly Member[],
  file: string,
  edit: (manifest: Manifest, members: Member[]) => void,
): Promise<void> {
  const [list, ...rest] = structuredClone(members) as Member[];
  const manifest: Manifest = JSON.parse(Buffer.from(list?.content ?? '').toString());
  edit(manifest, rest);
  const pack = tar.pack();
  const text = Buffer.from(JSON.stringify(manifest));
  for (const { header, content } of [{ header: { name: manifestName }, content: text }, ...rest]) {
    const link = header.type === 'symlink';
    pack.entry({ ...header, size: link ? 0 : content.length }, link ? '' : Buffer.from(content));
  }
  pack.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of pack as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
  await writeFile(file, Buffer.concat(chunks));
}
