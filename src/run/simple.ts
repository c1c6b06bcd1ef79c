// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../image/report.ts';
import type { LabPlan, MachinePlan } from '../plan/lab.ts';
import { machineFiles } from '../plan/qemu.ts';
import { type CellBoot, runCell } from './cell.ts';
import type { Ground } from './ground.ts';
import { saveJson } from './json-file.ts';
import { circumstances } from './record.ts';

/** One boot of a lab on the real clock, in which each machine carries out a script. */
export interface SimpleCell {
  id: string;
  timeoutS: number;
}

/** What a run does; made from the experiment's file, so that `--dry-run` can print it. */
export interface SimpleRun<Cell extends SimpleCell> {
  title: string;
  /** The experiment's file, as the record names it. */
  file: string;
  lab: LabPlan;
  cells: Cell[];
}

/** What an engine makes of such boots. */
export interface SimpleEngine<Cell extends SimpleCell, Result> {
  /** File of the results in the run's folder. */
  results: string;
  scenario(lab: LabPlan, machine: MachinePlan, cell: Cell): string;
  captures(lab: LabPlan): CellBoot['captures'];
  /** The events that are counted while a cell runs, and how that is told; undefined: not this time. */
  progress: { event: string; tell(count: number, cell: Cell): string | undefined };
  /** @param boot `problem` is why the cell is not whole, or empty; `events` are those of all machines. */
  judge(cell: Cell, lab: LabPlan, boot: FinishedBoot): Promise<Result>;
}

interface FinishedBoot {
  directory: string;
  events: string;
  problem: string;
}

/**
 * Boots the lab for each cell, and writes the results in results/<run-id>/ anew after each: what was run, on what, and what
 * came of it. Consoles, events, scripts and captures are in cells/.
 */
export async function executeSimple<Cell extends SimpleCell, Result>(
  engine: SimpleEngine<Cell, Result>,
  run: SimpleRun<Cell>,
  ground: Ground,
  { directory, id }: { directory: string; id: string },
  report: Report,
  signal: AbortSignal,
): Promise<Result[]> {
  await mkdir(join(directory, 'cells'), { recursive: true });
  const record = {
    ...{ version: 1, id, experiment: { title: run.title, file: run.file } },
    started: new Date().toISOString(),
    ...(await circumstances(ground)),
  };
  const cells: Result[] = [];
  for (const cell of run.cells) {
    report({ stage: cell.id, detail: 'boot' });
    const name = `${id}.${cell.id.split('-')[0]}`;
    const boot = { name, plan: run.lab, ground, directory: join(directory, 'cells', cell.id), signal };
    cells.push(await engine.judge(cell, run.lab, await bootCell(engine, boot, cell, report)));
    await saveJson(directory, engine.results, { ...record, cells });
  }
  return cells;
}

async function bootCell<Cell extends SimpleCell, Result>(
  engine: SimpleEngine<Cell, Result>,
  boot: Pick<CellBoot, 'name' | 'plan' | 'ground' | 'directory' | 'signal'>,
  cell: Cell,
  report: Report,
): Promise<FinishedBoot> {
  const { plan, directory } = boot;
  const scripts = plan.machines.map((machine) => [machine.name, engine.scenario(plan, machine, cell)]);
  let count = 0;
  await mkdir(directory, { recursive: true });
  const { problem } = await runCell({
    ...{ ...boot, clock: 'real', timeoutS: cell.timeoutS, captures: engine.captures(plan) },
    scenarios: Object.fromEntries(scripts),
    onEvent: (_, line) => {
      if (!line.includes(`"event":"${engine.progress.event}"`)) return;
      const detail = engine.progress.tell(++count, cell);
      if (detail) report({ stage: cell.id, detail });
    },
  });
  return { directory, problem, events: await eventsOf(plan, directory) };
}

/** What all machines of a cell said. */
export async function eventsOf({ machines }: LabPlan, directory: string): Promise<string> {
  const files = machines.map(({ name }) => join(directory, machineFiles(name).events));
  // A machine that never started left none.
  const texts = await Promise.all(files.filter(existsSync).map((file) => readFile(file, 'utf8')));
  return texts.join('\n');
}
