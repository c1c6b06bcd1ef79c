// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { packagePath } from '../package.ts';

/** Files below `folder` in a fixed order, as paths relative to it. */
export async function allFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** What a folder of lab/ is compiled from: no tests, nothing that a build or an editor leaves, no dot files. */
export const compiledFiles = async (folder: string): Promise<string[]> =>
  (await allFiles(folder)).filter(
    (file) => /(^|\/)(Makefile|Kbuild|[^./][^/]*\.[chS])$/.test(file) && !/(^|\/)test\/|\.mod\.c$/.test(file),
  );

/** This program's own sources, which shape what they build; a package has them beside what is compiled of them. */
export const builderFiles = (...names: string[]): string[] =>
  names.map((name) => packagePath('src', 'image', name));

/**
 * Hash over names and contents of the files, or of what `list` finds in the folders, and over `more`. Modes and times
 * do not count: they differ between a checkout, an archive and a package.
 */
export async function sourceHash(
  paths: readonly string[],
  more: readonly string[] = [],
  list: (folder: string) => Promise<string[]> = allFiles,
): Promise<string> {
  const hash = createHash('sha256');
  for (const each of more) hash.update(`${each.length} ${each}\n`);
  for (const path of paths) {
    const folder = (await stat(path)).isDirectory();
    for (const file of folder ? await list(path) : ['']) {
      const content = createHash('sha256')
        .update(await readFile(join(path, file)))
        .digest('hex');
      hash.update(`${file} ${content}\n`);
    }
  }
  return hash.digest('hex');
}
