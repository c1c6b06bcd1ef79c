// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { versionOf } from '../spec/version.ts';
import { CLOCKS, ROLES } from './measurement.ts';

/** A fact that an older or an interrupted run may lack; the report then says "not recorded". */
const fact = z.string().nullish();

/** One boot of a cell and its rows; `problem` is empty where every machine carried out its scenario. */
const attempt = z.looseObject({
  attempt: z.number(),
  problem: z.string(),
  valid: z.number().nullish(),
  invalid: z.number().nullish(),
  inconclusive: z.number().nullish(),
});

/**
 * run.json: what was run, on what, with what. Written by the run, read by the report, which keeps and ignores other keys.
 */
export const runRecordSchema = z.looseObject({
  version: versionOf('run.json', 1),
  id: z.string().min(1),
  /** `interrupted`: what was measured until then is kept. `running` stays in the file of a run that was killed. */
  state: z.enum(['running', 'complete', 'interrupted']),
  experiment: z.looseObject({
    title: z.string(),
    /** Path within the repository, for the commands that repeat it. */
    file: z.string(),
    /** claims.yml, path within the repository. */
    claims: fact,
  }),
  started: z.iso.datetime(),
  /** Of all sessions together. */
  duration_s: z.number().nonnegative(),
  /** One more for each time that the run was taken up again after an interruption. */
  sessions: z.array(z.looseObject({ started: z.iso.datetime(), duration_s: z.number() })).optional(),
  seed: z.number(),
  clock: z.enum(CLOCKS),
  host: z.looseObject({
    system: fact,
    kernel: fact,
    processor: fact,
    processors: z.number().nullish(),
    memory_mb: z.number().nullish(),
  }),
  qemu: z.looseObject({ version: fact }),
  /** As probed by booting a guest. */
  accelerator: z.enum(['kvm', 'tcg']),
  accelerator_reason: fact,
  guest: z.looseObject({ release: fact, kernel: fact }),
  /**
   * `broken`: the fault built into a module that tests use. `source_sha256`: of what tcpmig.ko was built of; `chosen`: the
   * folder or commit of these, if they were not lab/module.
   */
  module: z.looseObject({ sha256: fact, broken: fact, source_sha256: fact, chosen: fact }),
  image: z.looseObject({ recipe: fact, lock_sha256: fact }),
  git: z.looseObject({ commit: fact, dirty: z.boolean().nullish() }),
  cells: z.array(
    z.looseObject({
      id: z.string(),
      seed: z.number(),
      role: z.enum(ROLES),
      image_mb: z.number(),
      attempts: z.array(attempt).default([]),
    }),
  ),
});
export type RunRecord = z.infer<typeof runRecordSchema>;
