// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Measurement } from '../../analysis/measurement.ts';
import { runRecordSchema } from '../../analysis/run-record.ts';
import { ExitCode, Fault } from '../../fault.ts';
import { readRun } from '../results.ts';

/** On what a run took place; what run.json and passes.json have in common. */
const circumstancesSchema = runRecordSchema.pick({
  ...{ host: true, qemu: true, accelerator: true, guest: true, module: true, image: true, git: true },
});
type Circumstances = z.infer<typeof circumstancesSchema>;

/** passes.json, as far as claims are concerned; docs/passing.md has the rest. */
const passesSchema = circumstancesSchema.extend({
  version: z.literal(1, 'expected passes.json of version 1'),
  id: z.string().min(1),
  experiment: z.looseObject({ title: z.string(), file: z.string() }),
  started: z.iso.datetime(),
  cells: z.array(
    z.looseObject({
      id: z.string(),
      problem: z.string(),
      passes: z.array(z.unknown()),
      connections: z.array(z.looseObject({ problem: z.string() })),
      findings: z.array(z.object({ claim: z.string(), holds: z.boolean(), evidence: z.string() })),
    }),
  ),
});
type PassedCell = z.infer<typeof passesSchema>['cells'][number];

interface RunFacts {
  readonly id: string;
  readonly directory: string;
  /** Its name below experiments/, such as tcpmig/figures. */
  readonly experiment: string;
  readonly title: string;
  /** ISO 8601. */
  readonly started: string;
  /** Wall time; null where the run did not note it. */
  readonly duration_s: number | null;
  readonly clock: Measurement['clock'];
  readonly circumstances: Circumstances;
}

/** What a run says about claims: rows for those that are checked, findings for those judged elsewhere. */
export type Evidence = RunFacts &
  (
    | {
        readonly kind: 'rows';
        readonly rows: readonly Measurement[];
        readonly cells: number;
        /** Interrupted, and not gone on with. */
        readonly unfinished: boolean;
      }
    | { readonly kind: 'findings'; readonly cells: readonly PassedCell[] }
  );

/**
 * Reads what `miglab run` left in a folder, of an experiment that migrates or that passes connections.
 *
 * @throws Fault (64) for a folder of another kind, or a faulty file
 */
export async function readEvidence(directory: string): Promise<Evidence> {
  if (existsSync(join(directory, 'passes.json'))) return readPasses(directory);
  const { record, rows } = await readRun(directory);
  return {
    ...{ kind: 'rows', id: record.id, directory, experiment: experimentName(record.experiment.file) },
    ...{ title: record.experiment.title, started: record.started, duration_s: record.duration_s },
    ...{ clock: record.clock, circumstances: circumstancesSchema.parse(record) },
    ...{ rows, cells: record.cells.length, unfinished: record.state !== 'complete' },
  };
}

async function readPasses(directory: string): Promise<Evidence> {
  const file = join(directory, 'passes.json');
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new Fault(ExitCode.usage, `${file}: ${(cause as Error).message}`, undefined, { cause });
  }
  const parsed = passesSchema.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${file}: ${path.join('.')}: ${message}`);
    throw new Fault(ExitCode.usage, problems.join('\n'));
  }
  const { id, experiment, started, cells } = parsed.data;
  return {
    ...{ kind: 'findings', id, directory, experiment: experimentName(experiment.file) },
    ...{ title: experiment.title, started, duration_s: null, clock: 'real', cells },
    circumstances: circumstancesSchema.parse(parsed.data),
  };
}

/** `tcpmig/figures` of `experiments/tcpmig/figures.exp.yml`; another file stays as it is. Pure. */
export const experimentName = (file: string): string =>
  file.replace(/^(?:.*\/)?experiments\/(.+)\.exp\.ya?ml$/, '$1');
