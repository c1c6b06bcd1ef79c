// SPDX-License-Identifier: GPL-2.0-only
import { basename } from 'node:path';
import type { ZodType } from 'zod';
import { recipeSchema } from '../image/recipe.ts';
import { claimsSchema } from '../report/claims.ts';
import { anyExperimentSchema } from '../spec/any-experiment.ts';
import { assignmentSchema } from '../spec/assignment.ts';
import { topologySchema } from '../spec/topology.ts';

/** Kinds of files that people write, told from each other by their names. */
export const kinds = {
  experiment: { named: 'NAME.exp.yml', pattern: /\.exp\.ya?ml$/, schema: anyExperimentSchema },
  topology: { named: 'NAME.lab.yml', pattern: /\.lab\.ya?ml$/, schema: topologySchema },
  claims: { named: 'claims.yml', pattern: /^claims\.ya?ml$/, schema: claimsSchema },
  assignment: { named: 'assignment.yml', pattern: /^assignment\.ya?ml$/, schema: assignmentSchema },
  recipe: { named: 'NAME.image.yml', pattern: /\.image\.ya?ml$/, schema: recipeSchema },
} as const satisfies Record<string, { named: string; pattern: RegExp; schema: ZodType }>;
export type Kind = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as Kind[];

/** The kind of a file; undefined for any other. */
export const kindOf = (file: string): Kind | undefined =>
  kindNames.find((kind) => kinds[kind].pattern.test(basename(file)));
