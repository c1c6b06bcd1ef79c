// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { availableParallelism, freemem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { CellAnalysis } from '../analysis/cell.ts';
import type { Measurement } from '../analysis/measurement.ts';
import { analyseRun } from '../analysis/run.ts';
import type { RunRecord } from '../analysis/run-record.ts';
import { ExitCode, Fault } from '../fault.ts';
import type { Report } from '../image/report.ts';
import type { CellPlan } from '../plan/experiment.ts';
import { attemptFolder, bootAttempt, finishedAttempts } from './attempt.ts';
import { type Failure, failureOf, keepFailure } from './failure.ts';
import type { Ground } from './ground.ts';
import { interleave } from './interleave.ts';
import { saveJson } from './json-file.ts';
import { claimRun } from './owner.ts';
import { groundFacts, planFile } from './plan-file.ts';
import { newRecord } from './record.ts';
import { runName } from './run-folder.ts';
import type { RunPlan } from './run-plan.ts';
import { openSession } from './session.ts';
import { attemptsAt, isSettled } from './settled.ts';
import { sideBySide } from './side-by-side.ts';

export interface RunOutcome {
  directory: string;
  /** Rows of the last attempt at each cell: those that decide whether the run is good. */
  rows: Measurement[];
  /** Boots of this run that went wrong, also in an earlier session. */
  failures: Failure[];
}

/** A run under way. */
export interface Execution {
  plan: RunPlan;
  ground: Ground;
  directory: string;
  record: RunRecord;
  /** Analyses of boots that are over, so that no capture is read again. */
  done: Map<string, CellAnalysis>;
  report: Report;
  signal: AbortSignal;
  /** Boots at once, on the virtual clock; as many as there are processors when undefined. */
  jobs?: number | undefined;
}

/** What a run that begins is given beside its plan. */
export type Beginning = Omit<Execution, 'record' | 'done'> & { id: string };

/**
 * Carries out every cell of the plan and writes results/<run-id>. Tables and record are written anew after each cell,
 * so that an interrupted run keeps what was measured, and can go on (`resumeRun`).
 */
export async function executeRun(
  plan: RunPlan,
  ground: Ground,
  directory: string,
  id: string,
  report: Report,
  signal: AbortSignal,
  jobs?: number,
): Promise<RunOutcome> {
  await makeFolder(directory);
  using _ = claimRun(directory);
  return carryOutCells(await begin({ plan, ground, directory, id, report, signal, jobs }));
}

/**
 * Carries out two runs of the same cells as one, their boots in turns (`interleave`): what the host does meanwhile
 * happens to both. Each has its folder and can go on by itself.
 */
export async function executePair(base: Beginning, head: Beginning): Promise<[RunOutcome, RunOutcome]> {
  await makeFolder(base.directory);
  await makeFolder(head.directory);
  using _ = claimRun(base.directory);
  using __ = claimRun(head.directory);
  const pair = [await begin(base), await begin(head)] as const;
  const turns = interleave(base.plan.cells, pair).map(({ item, side }) => ({ cell: item, execution: side }));
  return (await carryOutTurns(pair, turns)) as [RunOutcome, RunOutcome];
}

/** Writes the plan of a run whose folder is there and owned. */
async function begin({ id, ...given }: Beginning): Promise<Execution> {
  const { plan, ground, directory } = given;
  const facts = groundFacts(ground, plan.experiment.clock);
  await saveJson(directory, 'plan.json', planFile(id, process.cwd(), plan, facts));
  const record = await newRecord(id, plan.file, plan.experiment, plan.cells, ground);
  return { ...given, record, done: new Map() };
}

async function makeFolder(directory: string): Promise<void> {
  await mkdir(dirname(directory), { recursive: true });
  try {
    await mkdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Fault(ExitCode.usage, `there is a run ${basename(directory)} already`);
  }
  await mkdir(join(directory, 'cells'));
}

/** Measures the cells that are not measured yet. The caller owns the run. */
export async function carryOutCells(execution: Execution): Promise<RunOutcome> {
  const turns = execution.plan.cells.map((cell) => ({ cell, execution }));
  return (await carryOutTurns([execution], turns))[0] as RunOutcome;
}

/** A cell of one of the runs that are carried out together. */
interface Turn {
  cell: CellPlan;
  execution: Execution;
}

type Found = Awaited<ReturnType<typeof account>>;

/** The same for cells of several runs, in the order of the turns, which share the boots at once. */
async function carryOutTurns(
  executions: readonly [Execution, ...Execution[]],
  turns: readonly Turn[],
): Promise<RunOutcome[]> {
  const [first] = executions;
  const boots = bootsAtOnce(first);
  const sessions = new Map(executions.map((each) => [each, openSession(each.record, each.directory)]));
  const save = (execution: Execution, state: RunRecord['state']) => sessions.get(execution)?.(state);
  const found = new Map<Execution, Found>();
  try {
    for (const each of executions) found.set(each, await account(each));
    await sideBySide(turns, boots, first.signal, async ({ execution, cell }, others) => {
      while (!isSettled(execution.record, cell.id)) {
        await others.turn(async () => save(execution, 'running'));
        await measureCell({ ...execution, signal: others.signal }, cell);
        await others.turn(async () => void found.set(execution, await account(execution)));
        tellCounts(execution, cell);
      }
    });
    for (const each of executions) await save(each, 'complete');
    return executions.map((each) => outcomeOf(each, found.get(each) as Found));
  } catch (error) {
    // The first error is the one that counts.
    for (const each of executions) await save(each, 'interrupted')?.catch(() => undefined);
    throw error;
  }
}

const outcomeOf = ({ directory, record }: Execution, { rows, failures }: Found): RunOutcome => ({
  ...{ directory, failures },
  rows: rows.filter((row) => row.attempt === attemptsAt(record, row.cell).at(-1)?.attempt),
});

/** On the real clock cells would take each other's time; on the virtual one they only wait for a processor. */
function bootsAtOnce({ plan, jobs }: Execution): number {
  if (plan.experiment.clock === 'real') return 1;
  const bytes = plan.lab.machines.reduce((sum, { memoryMb }) => sum + memoryMb * 2 ** 20, 0);
  return Math.max(1, Math.min(jobs ?? availableParallelism(), Math.floor(freemem() / bytes)));
}

/** Boots the cell once more. */
async function measureCell(execution: Execution, cell: CellPlan): Promise<void> {
  const { plan, ground, directory, record, signal } = execution;
  const attempt = (attemptsAt(record, cell.id).at(-1)?.attempt ?? 0) + 1;
  tell(execution, cell, attempt === 1 ? 'boot' : `boot, attempt ${attempt}`);
  let moved = 0;
  await bootAttempt(plan.lab, cell, attempt, {
    ...{ name: labName(record.id, cell.id, attempt), ground, signal, snaplen: 128 },
    folder: attemptFolder(directory, cell.id, attempt),
    onEvent: (_, line) => {
      if (line.includes('"event":"migration"'))
        tell(execution, cell, `migration ${++moved} of ${cell.repetitions}`);
    },
  });
}

const labName = (run: string, cell: string, attempt: number) => `${run}.${cell.split('-')[0]}.${attempt}`;

/** Whether a lab of this name is one that the run itself boots a cell in. */
export const isLabOf = (run: string, name: string): boolean =>
  name.startsWith(`${run}.`) && /^\d+\.\d+$/.test(name.slice(run.length + 1));

/** Analyses every boot that is over, brings the record up to date, and keeps what shows why a boot failed. */
export async function account(execution: Execution): Promise<{ rows: Measurement[]; failures: Failure[] }> {
  const { directory, record, done } = execution;
  const { rows } = await analyseRun(directory, done);
  const boots = await finishedAttempts(directory);
  const failures: Failure[] = [];
  for (const cell of record.cells)
    cell.attempts = boots
      .filter((boot) => boot.cell === cell.id)
      .map(({ attempt, problem }) => ({ attempt, problem, ...count(rows, cell.id, attempt) }));
  for (const boot of boots) {
    const mine = rows.filter(({ cell, attempt }) => cell === boot.cell && attempt === boot.attempt);
    const folder = attemptFolder(directory, boot.cell, boot.attempt);
    const failure = failureOf(runName(directory), folder, boot, mine);
    if (!failure) continue;
    if (!existsSync(join(folder, 'failure.md'))) await keepFailure(failure, mine);
    failures.push(failure);
  }
  return { rows, failures };
}

function count(rows: readonly Measurement[], cell: string, attempt: number) {
  const of = (status: Measurement['status']) =>
    rows.filter((row) => row.cell === cell && row.attempt === attempt && row.status === status).length;
  return { valid: of('valid'), invalid: of('invalid'), inconclusive: of('inconclusive') };
}

function tell({ plan, record, report }: Execution, cell: CellPlan, detail: string): void {
  const done = plan.cells.filter(({ id }) => isSettled(record, id)).length;
  report({ stage: cell.id, done, total: plan.cells.length, detail });
}

function tellCounts(execution: Execution, cell: CellPlan): void {
  const last = attemptsAt(execution.record, cell.id).at(-1);
  if (!last) return;
  const problem = last.problem && `; ${last.problem}`;
  tell(
    execution,
    cell,
    `${last.valid} valid, ${last.invalid} invalid, ${last.inconclusive} inconclusive${problem}`,
  );
}
