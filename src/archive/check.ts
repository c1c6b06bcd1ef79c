// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../image/report.ts';
import { withScratch } from '../image/scratch.ts';
import { rootName } from './contents.ts';
import { type Derived, deriveAgain } from './derive.ts';
import { wrongSums } from './sums.ts';
import { limitsOf, unpack } from './unpack.ts';

export interface Checked {
  readonly files: number;
  /** What is not as SHA256SUMS has it, a line each. */
  readonly wrong: readonly string[];
  readonly runs: readonly Derived[];
}

/**
 * Unpacks an archive into a folder of its own, compares every sum, and derives each run's numbers again.
 *
 * @throws Fault (64) for an archive that is damaged, or not safe to unpack
 */
export const checkArchive = (file: string, report: Report): Promise<Checked> =>
  withScratch(async (folder) => {
    report({ stage: `unpacking ${file}` });
    const found = await unpack(file, folder, await limitsOf(folder));
    const root = join(folder, rootName);
    const wrong = await wrongSums(root, found);
    const ids = existsSync(join(root, 'runs')) ? (await readdir(join(root, 'runs'))).sort() : [];
    const runs: Derived[] = [];
    for (const [index, id] of ids.entries()) {
      report({ stage: `analysing ${id}`, done: index, total: ids.length });
      runs.push(await deriveAgain(join(root, 'runs', id), id));
    }
    return { files: found.size, wrong, runs };
  });
