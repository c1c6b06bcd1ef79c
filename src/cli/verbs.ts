// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';

/** Adds a verb, with its options and what it does, to the program. */
type Verb = (program: Command) => unknown;

/** Each verb by its name, in the order of the help; read when it is needed, which takes longer than many of them. */
export const verbs: Record<string, () => Promise<Verb>> = {
  doctor: async () => (await import('./doctor.ts')).doctor,
  image: async () => (await import('./image.ts')).image,
  up: async () => (await import('./up.ts')).up,
  status: async () => (await import('./status.ts')).status,
  exec: async () => (await import('./exec.ts')).exec,
  ssh: async () => (await import('./ssh.ts')).ssh,
  cp: async () => (await import('./cp.ts')).cp,
  workload: async () => (await import('./workload.ts')).workload,
  migrate: async () => (await import('./migrate.ts')).migrate,
  module: async () => (await import('./module.ts')).module,
  top: async () => (await import('./top.ts')).top,
  logs: async () => (await import('./logs.ts')).logs,
  capture: async () => (await import('./capture.ts')).capture,
  down: async () => (await import('./down.ts')).down,
  prune: async () => (await import('./prune.ts')).prune,
  run: async () => (await import('./run.ts')).run,
  replay: async () => (await import('./replay.ts')).replay,
  report: async () => (await import('./report.ts')).report,
  compare: async () => (await import('./compare.ts')).compare,
  history: async () => (await import('./history.ts')).history,
  archive: async () => (await import('./archive.ts')).archive,
  verify: async () => (await import('./verify.ts')).verify,
  calibrate: async () => (await import('./calibrate.ts')).calibrate,
  schema: async () => (await import('./schema.ts')).schema,
  validate: async () => (await import('./validate.ts')).validate,
  reproduce: async () => (await import('./reproduce.ts')).reproduce,
  test: async () => (await import('./test.ts')).test,
  assignment: async () => (await import('./assignment.ts')).assignment,
  grade: async () => (await import('./grade.ts')).grade,
  completion: async () => (await import('./completion.ts')).completion,
};
