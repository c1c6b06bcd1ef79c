// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { topologyPath } from './catalogue.ts';
import type { Contradiction } from './contradictions.ts';
import { FaultyFile } from './diagnostic.ts';
import { descriptionOf, diagnosed, readDocument } from './document.ts';
import { impairmentContradictions, realClockContradictions } from './impaired.ts';
import { impairmentSchema } from './impairment.ts';
import { matrixSchema } from './matrix.ts';
import { sourceText } from './source-text.ts';
import { readTopology } from './topology.ts';

// On a clock without noise intervals may be shorter, and samples come from seeds instead of repetitions.
const virtualClock = z
  .strictObject({
    interval_s: z
      .number()
      .min(0.05)
      .max(1)
      .default(1)
      .describe('Length of the intervals in which rates and windows are measured, s; on the real clock 1.'),
    warm_up_s: z
      .number()
      .positive()
      .max(600)
      .optional()
      .describe("Instead of the experiment's; at least two intervals."),
    settle_s: z
      .number()
      .positive()
      .max(600)
      .optional()
      .describe("Instead of the experiment's; at least three intervals."),
    repetitions: z.int().min(1).max(10_000).optional().describe("Instead of each cell's."),
    seeds: z
      .int()
      .min(1)
      .max(1000)
      .default(1)
      .describe('Cells for each point of the matrix, each with a seed of its own.'),
    seeds_full: z.int().min(1).max(1000).optional().describe('The same with --full.'),
  })
  .superRefine(({ interval_s, warm_up_s, settle_s }, context) => {
    const least = (key: string, value: number | undefined, intervals: number) => {
      if (value !== undefined && value < intervals * interval_s - 1e-9)
        context.addIssue({
          code: 'custom',
          path: [key],
          message: `expected at least ${intervals} intervals of ${interval_s} s`,
        });
    };
    least('warm_up_s', warm_up_s, 2);
    least('settle_s', settle_s, 3);
  })
  .describe('What is otherwise on the virtual clock.');

const soak = z
  .strictObject({
    migrations: z.int().min(1).max(1_000_000).describe('In all boots together, at least.'),
    warm_up: z
      .int()
      .min(2)
      .max(1000)
      .describe("Of a process of its own, before the kernels' memory is counted for the first time."),
  })
  .describe('Many migrations of one kind, to find what a few do not show (docs/soak.md).');

export const title = z.string().min(1).describe('What the report and the terminal call it.');

export const topologyName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'expected the name of a file in lab/topologies, without its ending')
  .describe('The lab that is booted: name of a file in lab/topologies, without its ending.');

export const timeout = z
  .number()
  .min(10)
  .max(86_400)
  .describe('Seconds; a cell that takes longer is given up.');

export const experimentSchema = z
  .strictObject({
    title,
    topology: topologyName,
    engine: z.literal('tcpmig').describe('A process and its connections migrate under load.'),
    clock: z
      .enum(['real', 'virtual', 'auto'])
      .describe(
        'What time is: docs/virtual-clock.md. auto is the real clock where KVM works, else the virtual one.',
      ),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31)
      .describe(
        "Decides the streams' contents, impairments, the instants of migrations, and a shuffled order.",
      ),
    order: z
      .enum(['listed', 'shuffled'])
      .default('listed')
      .describe(
        'Of the cells: as they are listed, or shuffled by the seed, so that what drifts in a host falls on all alike.',
      ),
    warm_up_s: z
      .number()
      .min(2)
      .max(600)
      .describe('Seconds of traffic before the first migration; from them comes what the lab carries.'),
    settle_s: z
      .number()
      .min(3)
      .max(600)
      .describe(
        'Seconds of traffic after each migration; rate and window after it are measured in the second of them.',
      ),
    virtual: virtualClock.optional(),
    boots: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe(
        'On the real clock: boots of each point of the matrix, each with a seed of its own; repetitions are within a boot.',
      ),
    timeout_s: timeout,
    claims: z
      .string()
      .optional()
      .describe(
        "claims.yml that the rows are judged by: a path from the working directory, or within the repository or package, such as experiments/tcpmig/claims.yml. Not from this file's folder.",
      ),
    impairments: z
      .array(impairmentSchema)
      .max(32)
      .default([])
      .describe(
        'What goes wrong in every cell, in the order in which a frame passes it (docs/impairments.md).',
      ),
    cells: z
      .array(matrixSchema)
      .min(1)
      .describe('What is measured: the points of each matrix, one after the other.'),
    soak: soak.optional(),
  })
  .meta({
    title: 'experiment',
    description: 'Migrations of a process under load, measured at the peer.',
  });

export type Experiment = z.infer<typeof experimentSchema>;

/** Reads an experiment file, and its topology if it has impairments. @throws Fault (64) with file, line and column of each problem. */
export async function readExperiment(path: string): Promise<Experiment> {
  const experiment = await readDocument(path, experimentSchema);
  refuse(path, await contradictionsOf(experiment));
  return experiment;
}

/** @throws Fault (64) for what the clock that was chosen cannot do, with file, line and column. */
export async function requireClock(path: string, experiment: Experiment): Promise<void> {
  refuse(path, await clockContradictionsOf(experiment));
}

/** What an experiment's impairments cannot mean in its topology. @throws Fault (64) when the topology cannot be read. */
export const contradictionsOf = async (experiment: Experiment): Promise<Contradiction[]> =>
  experiment.impairments.length > 0 ? impairmentContradictions(experiment, await topologyOf(experiment)) : [];

/** What of it the experiment's clock cannot do. @throws Fault (64) when the topology cannot be read. */
export const clockContradictionsOf = async (experiment: Experiment): Promise<Contradiction[]> =>
  experiment.clock === 'real' ? realClockContradictions(experiment, await topologyOf(experiment)) : [];

const topologyOf = ({ topology }: Experiment) => readTopology(topologyPath(topology));

function refuse(path: string, contradictions: readonly Contradiction[]): void {
  if (contradictions.length === 0) return;
  const remedy = descriptionOf(experimentSchema);
  throw new FaultyFile(
    diagnosed(sourceText(path, readFileSync(path, 'utf8')), contradictions, remedy),
    remedy,
  );
}
