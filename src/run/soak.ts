// SPDX-License-Identifier: GPL-2.0-only
import type { Measurement } from '../analysis/measurement.ts';
import { readSpec } from '../analysis/run.ts';
import { analyseSoak, type Soak, type SoakBoot } from '../analysis/soak.ts';
import { attemptFolder, finishedAttempts } from './attempt.ts';
import { readPlanFile } from './plan-file.ts';

/** What a finished run found as a soak; undefined when its experiment is none. @param rows of the last boot of each cell */
export async function soakOf(directory: string, rows: readonly Measurement[]): Promise<Soak | undefined> {
  const { experiment, cells } = await readPlanFile(directory);
  if (!experiment.soak) return undefined;
  const boots = await lastBoots(directory);
  const asked = cells.reduce((sum, { repetitions }) => sum + Number(repetitions), 0);
  return analyseSoak(directory, asked, boots, rows);
}

async function lastBoots(directory: string): Promise<SoakBoot[]> {
  const last = new Map((await finishedAttempts(directory)).map((boot) => [boot.cell, boot]));
  const boots = [...last.values()].sort((a, b) => a.cell.localeCompare(b.cell, 'en', { numeric: true }));
  return Promise.all(
    boots.map(async ({ cell, attempt, problem }) => {
      const folder = attemptFolder(directory, cell, attempt);
      const { repetitions, nodes } = await readSpec(folder);
      return { cell, folder, migrations: repetitions, nodes: nodes.map(({ name }) => name), problem };
    }),
  );
}
