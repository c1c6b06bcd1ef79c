// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { topologyName } from './experiment.ts';

/** States that were changed, given to the module of one machine: as many as are asked for, in as many boots as that takes. */
export const fuzzExperimentSchema = z.strictObject({
  title: z.string().min(1),
  topology: topologyName,
  engine: z.literal('fuzz'),
  /** The kernel that is to withstand it. */
  image: z.string().min(1),
  inputs: z.int().min(1).max(1_000_000_000),
  /** A machine boots anew after so long: what a kernel keeps track of grows. */
  boot_s: z.number().min(60).max(86_400),
  /** Of the machine; on each one fuzzer works. */
  processors: z.int().min(1).max(8).default(1),
  /** Names of tcpmig-states --list, or beginnings up to a dash, whose states the inputs come from; all when there is none. */
  situations: z
    .array(z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a name of tcpmig-states --list'))
    .default([]),
});
export type FuzzExperiment = z.infer<typeof fuzzExperimentSchema>;
