// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunRecord, runRecordSchema } from '../analysis/run-record.ts';
import { ExitCode, Fault } from '../fault.ts';
import type { Report } from '../image/report.ts';
import type { CellPlan } from '../plan/experiment.ts';
import { labNames } from '../vm/state.ts';
import { stopLab } from '../vm/teardown.ts';
import { removePartial } from './attempt.ts';
import type { Ground } from './ground.ts';
import { groundAsBegun } from './ground-again.ts';
import { claimRun } from './owner.ts';
import { planAsFilesAre } from './plan-again.ts';
import { groundFacts, type PlanFile, planFile, readPlanFile, refuseChanges } from './plan-file.ts';
import { newRecord } from './record.ts';
import { account, carryOutCells, isLabOf, type RunOutcome } from './run.ts';
import type { RunPlan } from './run-plan.ts';
import { isSettled } from './settled.ts';

/** What an interrupted run has and lacks. */
export interface Resumption {
  id: string;
  plan: RunPlan;
  /** Cells that are measured already. */
  measured: CellPlan[];
  missing: CellPlan[];
}

interface ResumeOptions {
  directory: string;
  /** Told before anything is booted. */
  onPlan: (resumption: Resumption) => void;
  report: Report;
  signal: AbortSignal;
  jobs?: number | undefined;
}

/**
 * Goes on with a run that was interrupted, in whatever way: measures the cells that are not measured, and no other.
 * What the interrupted process left running is ended first.
 *
 * @throws Fault (64) while another process carries the run out, or when experiment, topology, image, module, QEMU or
 *   acceleration are not those that it began with.
 */
export async function resumeRun(options: ResumeOptions): Promise<RunOutcome & { resumption: Resumption }> {
  const { directory, report, signal } = options;
  const began = await readPlanFile(directory);
  using _ = claimRun(directory);
  await clearRemains(directory, began.id);
  const plan = await planAsFilesAre(began);
  const now = (ground: PlanFile['ground']) => planFile(began.id, began.directory, plan, ground);
  refuseChanges(began, now(began.ground), directory);
  const ground = await groundAsBegun(began, plan.lab.image, report, signal);
  refuseChanges(began, now(groundFacts(ground, plan.experiment.clock)), directory);
  const record = await readRecord(directory, plan, ground, began.id);
  const execution = { plan, ground, directory, record, done: new Map(), report, signal, jobs: options.jobs };
  await account(execution);
  const measured = plan.cells.filter(({ id }) => isSettled(record, id));
  const missing = plan.cells.filter((cell) => !measured.includes(cell));
  const resumption = { id: began.id, plan, measured, missing };
  options.onPlan(resumption);
  return { ...(await carryOutCells(execution)), resumption };
}

/** Ends the machines, and removes the half-measured cell, of a process that is dead. */
async function clearRemains(directory: string, id: string): Promise<void> {
  for (const lab of labNames().filter((name) => isLabOf(id, name))) await stopLab(lab);
  await mkdir(join(directory, 'cells'), { recursive: true });
  await removePartial(directory);
}

async function readRecord(directory: string, plan: RunPlan, ground: Ground, id: string): Promise<RunRecord> {
  const path = join(directory, 'run.json');
  // The run was interrupted before its first record.
  if (!existsSync(path)) return newRecord(id, plan.file, plan.experiment, plan.cells, ground);
  const parsed = runRecordSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${path}: ${issue.path.join('.')}: ${issue.message}`);
  throw new Fault(ExitCode.usage, problems.join('\n'));
}
