// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Measurement } from '../analysis/measurement.ts';
import { analyseRun } from '../analysis/run.ts';
import type { Report } from '../image/report.ts';
import { type CellPlan, expectedSeconds, planCells } from '../plan/experiment.ts';
import { type LabPlan, planLab } from '../plan/lab.ts';
import { cellScenario } from '../plan/scenario.ts';
import type { Experiment } from '../spec/experiment.ts';
import type { Topology } from '../spec/topology.ts';
import { runCell } from './cell.ts';
import { cellRecord } from './cell-record.ts';
import type { Ground } from './ground.ts';
import { newRecord, type RunRecord } from './record.ts';

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
  const begin = performance.now();
  const save = (state: RunRecord['state']) => {
    record.state = state;
    record.duration_s = Math.round((performance.now() - begin) / 100) / 10;
    return saveRecord(directory, record);
  };
  let rows: Measurement[] = [];
  try {
    for (const [index, cell] of plan.cells.entries()) {
      await save('running');
      const tell = (detail: string) =>
        report({ stage: cell.id, done: index, total: plan.cells.length, detail });
      rows = await measureCell(plan, ground, directory, cell, record, tell, signal);
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

async function measureCell(
  plan: RunPlan,
  ground: Ground,
  directory: string,
  cell: CellPlan,
  record: RunRecord,
  tell: (detail: string) => void,
  signal: AbortSignal,
): Promise<Measurement[]> {
  const attempts = record.cells.find(({ id }) => id === cell.id)?.attempts ?? [];
  for (let attempt = 1; ; attempt++) {
    tell(attempt === 1 ? 'boot' : `boot, attempt ${attempt}`);
    const folder = join(directory, 'cells', cell.id);
    const { problem } = await bootCell(plan, ground, folder, cell, `${record.id}.${attempt}`, tell, signal);
    await writeFile(
      join(folder, 'cell.json'),
      JSON.stringify(cellRecord(plan.lab, cell, attempt, problem), undefined, 2),
    );
    const { rows } = await analyseRun(directory);
    const mine = rows.filter((row) => row.cell === cell.id && row.attempt === attempt);
    const count = (status: Measurement['status']) => mine.filter((row) => row.status === status).length;
    const counts = { valid: count('valid'), invalid: count('invalid'), inconclusive: count('inconclusive') };
    attempts.push({ attempt, problem, ...counts });
    tell(
      `${counts.valid} valid, ${counts.invalid} invalid, ${counts.inconclusive} inconclusive${problem && `; ${problem}`}`,
    );
    const unusable = counts.invalid === 0 && (mine.length === 0 || counts.inconclusive > 0);
    if (!unusable || attempt === attemptsPerCell) return rows;
    await rename(folder, join(directory, 'cells', `${cell.id}.attempt${attempt}`));
  }
}

function bootCell(
  plan: RunPlan,
  ground: Ground,
  folder: string,
  cell: CellPlan,
  name: string,
  tell: (detail: string) => void,
  signal: AbortSignal,
) {
  const peer = plan.lab.machines.find(({ role }) => role === 'peer')?.name ?? '';
  const wire = plan.lab.cluster.wire;
  let moved = 0;
  return runCell({
    ...{ name, plan: plan.lab, ground, timeoutS: cell.timeoutS, directory: folder, signal },
    scenarios: Object.fromEntries(
      plan.lab.machines.map((each) => [each.name, cellScenario(plan.lab, each, cell)]),
    ),
    captures: [{ machine: peer, wire, file: `${wire}.pcap`, snaplen: 128 }],
    onEvent: (_, line) => {
      if (line.includes('"event":"migration"')) tell(`migration ${++moved} of ${cell.repetitions}`);
    },
  });
}

async function saveRecord(directory: string, record: RunRecord): Promise<void> {
  const file = join(directory, 'run.json');
  await writeFile(`${file}.new`, JSON.stringify(record, undefined, 2));
  await rename(`${file}.new`, file);
}
