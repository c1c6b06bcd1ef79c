// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { topologyPath } from './catalogue.ts';
import type { Contradiction } from './contradictions.ts';
import { readDocument } from './document.ts';
import { impairmentContradictions, realClockContradictions } from './impaired.ts';
import { impairmentSchema } from './impairment.ts';
import { readTopology, type Topology } from './topology.ts';

/** One value, or a list of values that the matrix runs through. */
const axis = <T extends z.ZodType>(value: T) =>
  z.union([z.array(value).min(1), value.transform((one) => [one])]) as unknown as z.ZodType<z.infer<T>[]>;

const megabytes = z.number().positive().max(4096);
const rate = z.number().min(0).max(10_000);

const matrix = z.strictObject({
  role: axis(z.enum(['source', 'sink', 'duplex'])),
  image_mb: axis(megabytes),
  /** Node to peer, MB/s; 0 is as fast as it goes. */
  rate_mb_s: axis(rate),
  /** Peer to node, MB/s. */
  peer_rate_mb_s: axis(rate),
  /** SO_RCVBUF of the migrating socket in bytes; 0 leaves it to the kernel's autotuning. */
  rcvbuf: axis(z.int().min(0)).default([0]),
  /** Migrations in the cell, forth and back in turn. */
  repetitions: z.int().min(1).max(10_000),
  /** On the virtual clock at most so many of the experiment's seeds. */
  seeds: z.int().min(1).max(1000).optional(),
});

/** On a clock without noise intervals may be shorter, and samples come from seeds instead of repetitions. */
const virtualClock = z
  .strictObject({
    /** Length of the intervals in which rates and windows are measured; on the real clock 1 s. */
    interval_s: z.number().min(0.05).max(1).default(1),
    warm_up_s: z.number().positive().max(600).optional(),
    settle_s: z.number().positive().max(600).optional(),
    repetitions: z.int().min(1).max(10_000).optional(),
    /** Cells for each point of the matrix, each with a seed of its own. */
    seeds: z.int().min(1).max(1000).default(1),
    /** The same with --full. */
    seeds_full: z.int().min(1).max(1000).optional(),
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
  });

/** Many migrations of one kind, to find what a few do not show; a cell's `repetitions` are those of one boot. */
const soak = z.strictObject({
  /** In all boots together, at least. */
  migrations: z.int().min(1).max(1_000_000),
  /** Of a process of its own, before the kernels' memory is counted for the first time. */
  warm_up: z.int().min(2).max(1000),
});

export const topologyName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'expected the name of a file in lab/topologies, without its ending');

export const experimentSchema = z.strictObject({
  title: z.string().min(1),
  topology: topologyName,
  engine: z.literal('tcpmig'),
  clock: z.enum(['real', 'virtual', 'auto']),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31),
  /** Seconds of traffic before the first migration; from them comes what the lab carries. */
  warm_up_s: z.number().min(2).max(600),
  /** Seconds of traffic after each migration; rate and window after it are measured in the second of them. */
  settle_s: z.number().min(3).max(600),
  /** What is otherwise on the virtual clock. */
  virtual: virtualClock.optional(),
  /** A cell that takes longer is given up. */
  timeout_s: z.number().min(10).max(86_400),
  claims: z.string().optional(),
  /** What goes wrong in every cell, in the order in which a frame passes it. */
  impairments: z.array(impairmentSchema).max(32).default([]),
  cells: z.array(matrix).min(1),
  soak: soak.optional(),
});

export type Experiment = z.infer<typeof experimentSchema>;

/** Reads an experiment file, and its topology if it has impairments. @throws Fault (64) with file, line and column of each problem. */
export async function readExperiment(path: string): Promise<Experiment> {
  const experiment = await readDocument(path, experimentSchema);
  if (experiment.impairments.length > 0) await check(path, experiment.topology, impairmentContradictions);
  return experiment;
}

/** @throws Fault (64) for what the clock that was chosen cannot do, with file, line and column. */
export async function requireClock(path: string, { clock, topology }: Experiment): Promise<void> {
  if (clock === 'real') await check(path, topology, realClockContradictions);
}

async function check(
  path: string,
  topologyName: string,
  contradictions: (experiment: Experiment, topology: Topology) => Contradiction[],
): Promise<void> {
  const topology = await readTopology(topologyPath(topologyName));
  const checked = experimentSchema.superRefine((experiment, context) => {
    for (const { path, message } of contradictions(experiment, topology))
      context.addIssue({ code: 'custom', path, message });
  });
  await readDocument(path, checked);
}
