// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Trials, trialsOf } from '../analysis/trials.ts';
import type { Report } from '../image/report.ts';
import type { LabPlan } from '../plan/lab.ts';
import { type CheckPlan, checkScenario } from '../plan/module-check.ts';
import { machineFiles } from '../plan/qemu.ts';
import { runCell } from './cell.ts';
import type { Ground } from './ground.ts';
import { saveJson } from './json-file.ts';
import { circumstances } from './record.ts';

/** What a run of checks does; made from the experiment's file, so that `--dry-run` can print it. */
export interface CheckRun {
  title: string;
  /** The experiment's file, as the record names it. */
  file: string;
  /** One machine. */
  lab: LabPlan;
  cells: CheckPlan[];
}

/** A cell that was carried out. `problem` is empty when its trials are whole and the machine ended well. */
interface CheckedCell extends Trials {
  id: string;
  check: CheckPlan['check'];
}

export interface CheckOutcome {
  directory: string;
  cells: CheckedCell[];
}

/**
 * Boots a machine for each cell, and writes results/<run-id>/states.json anew after each: what was run, on what, and every
 * trial. Consoles and events are in cells/.
 */
export async function executeChecks(
  run: CheckRun,
  ground: Ground,
  directory: string,
  id: string,
  report: Report,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  await mkdir(join(directory, 'cells'), { recursive: true });
  const record = {
    ...{
      version: 1,
      id,
      experiment: { title: run.title, file: run.file },
      started: new Date().toISOString(),
    },
    ...(await circumstances(ground)),
  };
  const cells: CheckedCell[] = [];
  for (const check of run.cells) {
    cells.push(await carryOut(run, check, ground, join(directory, 'cells', check.id), id, report, signal));
    await saveJson(directory, 'states.json', { ...record, cells });
  }
  return { directory, cells };
}

async function carryOut(
  { lab }: CheckRun,
  check: CheckPlan,
  ground: Ground,
  directory: string,
  id: string,
  report: Report,
  signal: AbortSignal,
): Promise<CheckedCell> {
  await mkdir(directory, { recursive: true });
  let trials = 0;
  report({ stage: check.id, detail: 'boot' });
  const { problem } = await runCell({
    ...{ name: `${id}.${check.id.split('-')[0]}`, plan: lab, ground, directory, signal },
    ...{ clock: 'real', timeoutS: check.timeoutS, captures: [] },
    scenarios: Object.fromEntries(
      lab.machines.map((machine) => [machine.name, checkScenario(machine, check)]),
    ),
    onEvent: (_, line) => {
      if (line.includes('"event":"trial"') && ++trials % 50 === 0)
        report({ stage: check.id, detail: `${trials} trials` });
    },
  });
  const found = trialsOf(await eventsOf(lab, directory));
  return { id: check.id, check: check.check, trials: found.trials, problem: problem || found.problem };
}

async function eventsOf({ machines }: LabPlan, directory: string): Promise<string> {
  const files = machines.map(({ name }) => join(directory, machineFiles(name).events));
  // A machine that never started left none.
  const texts = await Promise.all(files.filter(existsSync).map((file) => readFile(file, 'utf8')));
  return texts.join('\n');
}
