// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { readDocument } from './document.ts';
import { type Experiment, readExperiment } from './experiment.ts';
import { type FuzzExperiment, fuzzExperimentSchema } from './fuzz-experiment.ts';
import { type ModuleExperiment, moduleExperimentSchema } from './module-experiment.ts';
import { type PassingExperiment, passingExperimentSchema } from './passing-experiment.ts';

const engine = z.looseObject({ engine: z.enum(['tcpmig', 'module', 'tcpcp', 'fuzz']) });

/** Reads an experiment of any engine. @throws Fault (64) with file, line and column of each problem. */
export async function readAnyExperiment(
  path: string,
): Promise<Experiment | ModuleExperiment | PassingExperiment | FuzzExperiment> {
  const asked = await readDocument(path, engine);
  if (asked.engine === 'fuzz') return readDocument(path, fuzzExperimentSchema);
  if (asked.engine === 'module') return readDocument(path, moduleExperimentSchema);
  return asked.engine === 'tcpcp' ? readDocument(path, passingExperimentSchema) : readExperiment(path);
}
