// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { packagePath } from '../../package.ts';
import { readClaims } from '../claims.ts';
import type { System } from './assessment.ts';

/**
 * Every claims.yml below `folder`. Systems of which something is measured come first, then by name.
 *
 * @throws Fault (64) with file, line and column of each problem
 */
export async function readSystems(folder = packagePath('experiments')): Promise<System[]> {
  const names = (await readdir(folder)).filter((name) => existsSync(join(folder, name, 'claims.yml'))).sort();
  const systems = await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name, 'claims.yml');
      return { name, file, claims: await readClaims(file) };
    }),
  );
  return systems.sort((a, b) => measurable(b) - measurable(a));
}

/** 2 where rows are measured, 1 where an experiment of another kind judges, 0 where nothing does. */
function measurable({ claims }: System): number {
  if (claims.experiment) return 2;
  return claims.claims.some(({ status }) => status === 'elsewhere') ? 1 : 0;
}
