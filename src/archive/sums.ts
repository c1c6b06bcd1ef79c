// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sumsName } from './contents.ts';

/**
 * Files whose sum is not that of SHA256SUMS, a line each: another content, not in the list, or not in the archive.
 *
 * @param found SHA-256 by path, of what was unpacked
 */
export async function wrongSums(root: string, found: ReadonlyMap<string, string>): Promise<string[]> {
  if (!found.has(sumsName)) return [`${sumsName}: missing`];
  const lines = (await readFile(join(root, sumsName), 'utf8')).split('\n').filter(Boolean);
  const listed = new Map<string, string>();
  const wrong: string[] = [];
  for (const [index, line] of lines.entries()) {
    const [, sum, path] = /^([0-9a-f]{64}) [ *](\P{Cc}+)$/u.exec(line) ?? [];
    if (!sum || !path) wrong.push(`${sumsName}:${index + 1}: no sum and name`);
    else listed.set(path, sum);
  }
  for (const [path, sum] of listed)
    if (found.get(path) !== sum) wrong.push(`${path}: ${found.has(path) ? 'another content' : 'missing'}`);
  for (const path of found.keys())
    if (path !== sumsName && !listed.has(path)) wrong.push(`${path}: not in ${sumsName}`);
  return wrong;
}
