// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { title, topologyName } from './experiment.ts';
import { situations } from './module-experiment.ts';

export const fuzzExperimentSchema = z
  .strictObject({
    title,
    topology: topologyName,
    engine: z.literal('fuzz').describe('States that were changed are given to the module of one machine.'),
    image: z.string().min(1).describe('The kernel that is to withstand it: name of a file in images/.'),
    inputs: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .describe('As many are tried, in as many boots as that takes; --inputs takes another number.'),
    boot_s: z
      .number()
      .min(60)
      .max(86_400)
      .describe('Seconds after which the machine boots anew: what a kernel keeps track of grows.'),
    processors: z
      .int()
      .min(1)
      .max(8)
      .default(1)
      .describe('Of the machine; on each one fuzzer works. 1 unless given.'),
    situations,
  })
  .meta({
    title: 'fuzzing experiment',
    description: 'Changed states, given to the module, used and ended (docs/hardening.md).',
  });
export type FuzzExperiment = z.infer<typeof fuzzExperimentSchema>;
