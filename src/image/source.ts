// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Files below `folder` in a fixed order, as paths relative to it. */
export async function allFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** The same without what a build leaves beside sources. */
export const sourceFiles = async (folder: string): Promise<string[]> =>
  (await allFiles(folder)).filter((file) => !/\.(o|ko|mod|mod\.c|cmd|symvers|order)$/.test(file));

/** Hash over names, executable bits and contents of everything below the folders or files, and over `more`. */
export async function sourceHash(paths: readonly string[], more: readonly string[] = []): Promise<string> {
  const hash = createHash('sha256');
  for (const each of more) hash.update(`${each.length} ${each}\n`);
  for (const path of paths) {
    const folder = (await stat(path)).isDirectory();
    for (const file of folder ? await sourceFiles(path) : ['']) {
      const full = join(path, file);
      const executable = ((await stat(full)).mode & 0o100) !== 0;
      const content = createHash('sha256')
        .update(await readFile(full))
        .digest('hex');
      hash.update(`${file} ${executable} ${content}\n`);
    }
  }
  return hash.digest('hex');
}
