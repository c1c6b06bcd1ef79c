// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { saveJson } from '../run/json-file.ts';
import { bootCell, moduleFile, type Stand } from './boot.ts';
import type { Product } from './build.ts';
import type { Finding } from './mark.ts';
import { measureMigration } from './migration.ts';
import type { PlannedCheck } from './plan.ts';

/** outcome.json: how the boot of a check ended; beside it what the machines left. */
const outcomeSchema = z.looseObject({ version: z.literal(1), check: z.string(), problem: z.string() });
export const outcomeFile = 'outcome.json';

/** Boots a check with what was handed in, and keeps in `folder` all that its mark is made of. */
export async function runCheck(
  planned: PlannedCheck,
  product: Product,
  name: string,
  folder: string,
  stand: Stand,
): Promise<void> {
  const problem = await boot(planned, product, name, folder, stand);
  await saveJson(folder, outcomeFile, { version: 1, check: planned.check.id, problem });
}

async function boot(
  planned: PlannedCheck,
  product: Product,
  name: string,
  folder: string,
  stand: Stand,
): Promise<string> {
  if (planned.kind === 'migration')
    return bootCell(planned, name, [moduleFile(product.content)], folder, stand);
  throw new Error(`no check of kind ${planned.kind}`);
}

/** What a boot gave, of its folder alone: no machine is needed for this. */
export async function readFinding(planned: PlannedCheck, folder: string): Promise<Finding> {
  const { problem } = outcomeSchema.parse(JSON.parse(await readFile(join(folder, outcomeFile), 'utf8')));
  return { problem, rows: await measure(planned, folder) };
}

async function measure(planned: PlannedCheck, folder: string): Promise<Finding['rows']> {
  if (planned.kind === 'migration') return measureMigration(folder);
  throw new Error(`no check of kind ${planned.kind}`);
}
