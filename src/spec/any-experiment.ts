// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { readDocument } from './document.ts';
import { experimentSchema, readExperiment } from './experiment.ts';
import { fuzzExperimentSchema } from './fuzz-experiment.ts';
import { moduleExperimentSchema } from './module-experiment.ts';
import { passingExperimentSchema } from './passing-experiment.ts';

/** An experiment of any engine. */
export const anyExperimentSchema = z
  .discriminatedUnion('engine', [
    experimentSchema,
    moduleExperimentSchema,
    passingExperimentSchema,
    fuzzExperimentSchema,
  ])
  .meta({
    title: 'experiment',
    description: 'What `miglab run` carries out: NAME.exp.yml. `engine` says of which kind it is.',
  });
export type AnyExperiment = z.infer<typeof anyExperimentSchema>;

/** Reads an experiment of any engine. @throws Fault (64) with file, line and column of each problem. */
export async function readAnyExperiment(path: string): Promise<AnyExperiment> {
  const experiment = await readDocument(path, anyExperimentSchema);
  return experiment.engine === 'tcpmig' ? readExperiment(path) : experiment;
}
