// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ensurePrograms } from '../image/guest-programs.ts';
import { packagePath } from '../package.ts';
import type { MachinePlan } from '../plan/lab.ts';
import { saveJson } from '../run/json-file.ts';
import { bootCell, bootScenarios, moduleFile, type Stand } from './boot.ts';
import type { Product } from './build.ts';
import { measureCurve } from './curve.ts';
import { bootCurve } from './curve-boot.ts';
import type { Finding } from './mark.ts';
import { measureMigration } from './migration.ts';
import type { PlannedCheck } from './plan.ts';
import { measureWindow } from './window.ts';
import { windowLab, windowScenario } from './window-scenario.ts';

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
  const { lab, kind } = planned;
  if (kind === 'curve') return bootCurve(planned, product, { name, folder }, stand);
  const module = moduleFile(product.content);
  if (kind === 'migration') return bootCell(lab, planned.cell, { name, files: [module], folder }, stand);
  const { window, check } = planned;
  const files = [module, ...(await ensurePrograms(lab.image, guestPrograms, () => undefined))];
  const two = windowLab(lab);
  const scenario = (machine: MachinePlan) => windowScenario(two, machine, window, check.id);
  return bootScenarios(two, scenario, window.timeoutS, { name, files, folder }, stand);
}

const guestPrograms = packagePath('assignments', 'guest');

/** What a boot gave, of its folder alone: no machine is needed for this. */
export async function readFinding(planned: PlannedCheck, folder: string): Promise<Finding> {
  const { problem } = outcomeSchema.parse(JSON.parse(await readFile(join(folder, outcomeFile), 'utf8')));
  return { problem, rows: await measure(planned, folder) };
}

async function measure(planned: PlannedCheck, folder: string): Promise<Finding['rows']> {
  if (planned.kind === 'migration') return measureMigration(folder);
  if (planned.kind === 'curve') return measureCurve(planned.curve, folder);
  return measureWindow(windowLab(planned.lab), planned.window, folder);
}
