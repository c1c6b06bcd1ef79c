// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CellAnalysis } from '../analysis/cell.ts';
import type { Measurement } from '../analysis/measurement.ts';
import { analyseRun } from '../analysis/run.ts';
import type { RunRecord } from '../analysis/run-record.ts';
import type { Report } from '../image/report.ts';
import { type CellPlan, expectedSeconds, planCells } from '../plan/experiment.ts';
import { type LabPlan, planLab } from '../plan/lab.ts';
import { cellScenario } from '../plan/scenario.ts';
import type { Experiment } from '../spec/experiment.ts';
import type { Topology } from '../spec/topology.ts';
import { runCell } from './cell.ts';
import { cellRecord } from './cell-record.ts';
import type { Ground } from './ground.ts';
import { newRecord } from './record.ts';

/** A cell that measured nothing usable, but in which nothing went wrong, is booted again at most so often. */
const attemptsPerCell = 3;

export interface RunPlan {
  experiment: Experiment;
  /** The experiment's file, as the record names it. */
  file: string;
  lab: LabPlan;
  cells: CellPlan[];
  /** Expected wall time, for the notice beforehand. */
  seconds: number;
}

/** What a run will do; pure, so that `--dry-run` can print it. */
export function planRun(experiment: Experiment, file: string, topology: Topology): RunPlan {
  return withCells(
    { experiment, file, lab: planLab(topology), cells: [], seconds: 0 },
    planCells(experiment),
  );
}

/** The same plan with these cells alone. */
export const withCells = (plan: RunPlan, cells: CellPlan[]): RunPlan => ({
  ...plan,
  cells,
  seconds: cells.reduce((sum, cell) => sum + expectedSeconds(cell), 0),
});

export interface RunOutcome {
  directory: string;
  /** Rows of the last attempt at each cell: those that decide whether the run is good. */
  rows: Measurement[];
}

/** A run under way. */
interface Execution {
  plan: RunPlan;
  ground: Ground;
  directory: string;
  record: RunRecord;
  /** Analyses of boots that are over, so that no capture is read again. */
  done: Map<string, CellAnalysis>;
  tell: (cell: CellPlan, detail: string) => void;
  signal: AbortSignal;
}

/**
 * Carries out every cell of the plan and writes results/<run-id>. Tables and record are written anew after each cell,
 * so that an interrupted run keeps what was measured.
 */
export async function executeRun(
  plan: RunPlan,
  ground: Ground,
  directory: string,
  id: string,
  report: Report,
  signal: AbortSignal,
): Promise<RunOutcome> {
  await mkdir(join(directory, 'cells'), { recursive: true });
  const record = await newRecord(id, plan.file, plan.experiment, plan.cells, ground);
  const tell = (cell: CellPlan, detail: string) =>
    report({ stage: cell.id, done: plan.cells.indexOf(cell), total: plan.cells.length, detail });
  const execution: Execution = { plan, ground, directory, record, done: new Map(), tell, signal };
  const begin = performance.now();
  const save = (state: RunRecord['state']) => {
    record.state = state;
    record.duration_s = Math.round((performance.now() - begin) / 100) / 10;
    return saveRecord(directory, record);
  };
  let { rows } = await analyseRun(directory);
  try {
    for (const cell of plan.cells) {
      await save('running');
      rows = await measureCell(execution, cell);
    }
    await save('complete');
  } catch (error) {
    await save('interrupted');
    throw error;
  }
  return { directory, rows: rows.filter((row) => row.attempt === lastAttempt(rows, row.cell)) };
}

const lastAttempt = (rows: readonly Measurement[], cell: string) =>
  Math.max(...rows.filter((row) => row.cell === cell).map(({ attempt }) => attempt));

/** Boots the cell, again while it is inconclusive. @returns the rows of the whole run so far. */
async function measureCell(execution: Execution, cell: CellPlan): Promise<Measurement[]> {
  const { directory, record, done, tell } = execution;
  for (let attempt = 1; ; attempt++) {
    tell(cell, attempt === 1 ? 'boot' : `boot, attempt ${attempt}`);
    const folder = join(directory, 'cells', attempt === 1 ? cell.id : `${cell.id}.attempt${attempt}`);
    const problem = await bootCell(execution, cell, attempt, folder);
    const { rows } = await analyseRun(directory, done);
    const mine = rows.filter((row) => row.cell === cell.id && row.attempt === attempt);
    const count = (status: Measurement['status']) => mine.filter((row) => row.status === status).length;
    const counts = { valid: count('valid'), invalid: count('invalid'), inconclusive: count('inconclusive') };
    record.cells.find(({ id }) => id === cell.id)?.attempts.push({ attempt, problem, ...counts });
    const { valid, invalid, inconclusive } = counts;
    tell(
      cell,
      `${valid} valid, ${invalid} invalid, ${inconclusive} inconclusive${problem && `; ${problem}`}`,
    );
    const isInconclusive = invalid === 0 && (mine.length === 0 || inconclusive > 0);
    if (!isInconclusive || attempt === attemptsPerCell) return rows;
  }
}

/** @returns the problem that ended the boot early, or the empty string. */
async function bootCell(
  execution: Execution,
  cell: CellPlan,
  attempt: number,
  folder: string,
): Promise<string> {
  const { plan, ground, record, tell, signal } = execution;
  const { lab } = plan;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'cell.json'), JSON.stringify(cellRecord(lab, cell, attempt), undefined, 2));
  const peer = lab.machines.find(({ role }) => role === 'peer')?.name ?? '';
  let moved = 0;
  const { problem } = await runCell({
    ...{ name: `${record.id}.${cell.id.slice(0, 2)}.${attempt}`, plan: lab, ground, timeoutS: cell.timeoutS },
    ...{ directory: folder, signal },
    scenarios: Object.fromEntries(lab.machines.map((each) => [each.name, cellScenario(lab, each, cell)])),
    captures: [{ machine: peer, wire: lab.cluster.wire, file: `${lab.cluster.wire}.pcap`, snaplen: 128 }],
    onEvent: (_, line) => {
      if (line.includes('"event":"migration"')) tell(cell, `migration ${++moved} of ${cell.repetitions}`);
    },
  });
  return problem;
}

async function saveRecord(directory: string, record: RunRecord): Promise<void> {
  const file = join(directory, 'run.json');
  await writeFile(`${file}.new`, JSON.stringify(record, undefined, 2));
  await rename(`${file}.new`, file);
}
