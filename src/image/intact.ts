// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const inventoryFile = '.inventory.json';
const inventory = z.record(z.string(), z.object({ size: z.int(), mtimeMs: z.number(), sha256: z.string() }));

// Of a root with a compiler these are two thirds of the bytes, and looking at them takes milliseconds.
const largest = 100;

/** Whether there is one: who fills a folder may take its inventory himself. */
export const hasInventory = (folder: string): boolean => existsSync(join(folder, inventoryFile));

/**
 * Writes down what the largest files of a folder are, so that `findDamage` can tell when they are not any more. Without
 * digests a file counts as changed as soon as its time is another: for what is quickly made again, and large.
 */
export async function takeInventory(folder: string, digests = true): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, stat: statSync(path) }))
    .sort((a, b) => b.stat.size - a.stat.size)
    .slice(0, largest);
  const found: z.infer<typeof inventory> = {};
  for (const { path, stat } of files)
    found[path.slice(folder.length + 1)] = {
      ...{ size: stat.size, mtimeMs: stat.mtimeMs, sha256: digests ? sha256(await readFile(path)) : '' },
    };
  writeFileSync(join(folder, inventoryFile), JSON.stringify(found));
}

/**
 * What is wrong with the folder's files: one is missing, or has another size or content. Content is read only where the
 * time of the last change is not what it was. Folders without an inventory count as sound.
 *
 * @returns undefined when nothing is
 */
export function findDamage(folder: string): string | undefined {
  for (const [file, { size, mtimeMs, sha256: hash }] of Object.entries(readInventory(folder))) {
    const path = join(folder, file);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return `${file} is missing`;
    if (stat.size !== size) return `${file} has ${stat.size} bytes instead of ${size}`;
    if (stat.mtimeMs !== mtimeMs && sha256(readFileSync(path)) !== hash) return `${file} was changed`;
  }
  return undefined;
}

function readInventory(folder: string): z.infer<typeof inventory> {
  try {
    return inventory.parse(JSON.parse(readFileSync(join(folder, inventoryFile), 'utf8')));
  } catch {
    return {}; // Not there: it was built before there were any.
  }
}

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
