// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { judgePassing, judgeWire, type Passing, passingEvents } from '../analysis/passing.ts';
import type { Report } from '../image/report.ts';
import { addressOn, type LabPlan } from '../plan/lab.ts';
import { type PassingPlan, passingScenario } from '../plan/passing.ts';
import { machineFiles } from '../plan/qemu.ts';
import { runCell } from './cell.ts';
import type { Ground } from './ground.ts';
import { saveJson } from './json-file.ts';
import { circumstances } from './record.ts';

/** What a run of passes does; made from the experiment's file, so that `--dry-run` can print it. */
export interface PassingRun {
  title: string;
  /** The experiment's file, as the record names it. */
  file: string;
  lab: LabPlan;
  cells: PassingPlan[];
}

/** A cell that was carried out. `problem` is empty when the machines ended well. */
export interface PassedCell extends Passing {
  id: string;
  problem: string;
}

export interface PassingOutcome {
  directory: string;
  cells: PassedCell[];
}

const capture = 'public.pcap';
/** Of a frame: its headers; payload is verified at both ends. */
const snaplen = 128;

/**
 * Boots the lab for each cell, and writes results/<run-id>/passes.json anew after each: what was run, on what, every pass
 * and every connection. Consoles, events and the peer's capture are in cells/.
 */
export async function executePassing(
  run: PassingRun,
  ground: Ground,
  directory: string,
  id: string,
  report: Report,
  signal: AbortSignal,
): Promise<PassingOutcome> {
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
  const cells: PassedCell[] = [];
  for (const cell of run.cells) {
    cells.push(await carryOut(run, cell, ground, join(directory, 'cells', cell.id), id, report, signal));
    await saveJson(directory, 'passes.json', { ...record, cells });
  }
  return { directory, cells };
}

async function carryOut(
  { lab }: PassingRun,
  cell: PassingPlan,
  ground: Ground,
  directory: string,
  id: string,
  report: Report,
  signal: AbortSignal,
): Promise<PassedCell> {
  await mkdir(directory, { recursive: true });
  const peer = lab.machines.find(({ role }) => role === 'peer')?.name ?? '';
  let passes = 0;
  report({ stage: cell.id, detail: 'boot' });
  const { problem } = await runCell({
    ...{ name: `${id}.${cell.id.split('-')[0]}`, plan: lab, ground, directory, signal },
    ...{ clock: 'real', timeoutS: cell.timeoutS },
    captures: [{ machine: peer, wire: lab.cluster.wire, file: capture, snaplen }],
    scenarios: Object.fromEntries(
      lab.machines.map((machine) => [machine.name, passingScenario(lab, machine, cell)]),
    ),
    onEvent: (_, line) => {
      if (line.includes('"event":"pass"'))
        report({ stage: cell.id, detail: `${++passes} of ${cell.passes} passes` });
    },
  });
  const wire = existsSync(join(directory, capture))
    ? await judgeWire(join(directory, capture), addressOn(lab, peer, lab.cluster.wire))
    : new Map();
  return { id: cell.id, ...judgePassing(passingEvents(await eventsOf(lab, directory)), wire), problem };
}

async function eventsOf({ machines }: LabPlan, directory: string): Promise<string> {
  const files = machines.map(({ name }) => join(directory, machineFiles(name).events));
  // A machine that never started left none.
  const texts = await Promise.all(files.filter(existsSync).map((file) => readFile(file, 'utf8')));
  return texts.join('\n');
}
