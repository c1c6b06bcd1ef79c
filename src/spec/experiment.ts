// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { readDocument } from './document.ts';

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
});

export const experimentSchema = z.strictObject({
  title: z.string().min(1),
  topology: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, 'expected the name of a file in lab/topologies, without its ending'),
  engine: z.literal('tcpmig'),
  clock: z.enum(['real', 'virtual', 'auto']),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31),
  /** Seconds of traffic before the first migration; from them comes what the lab carries. */
  warm_up_s: z.number().min(2).max(600),
  /** Seconds of traffic after each migration; the window is measured in the second of them. */
  settle_s: z.number().min(3).max(600),
  /** A cell that takes longer is given up. */
  timeout_s: z.number().min(10).max(86_400),
  claims: z.string().optional(),
  cells: z.array(matrix).min(1),
});

export type Experiment = z.infer<typeof experimentSchema>;

/** Reads an experiment file. @throws Fault (64) with file, line and column of each problem. */
export const readExperiment = (path: string): Promise<Experiment> => readDocument(path, experimentSchema);
