// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BreakName } from '../../src/image/tools.ts';
import type { PlannedImpairment } from '../../src/plan/impairment.ts';
import { type LabPlan, type MachinePlan, otherImages, planLab } from '../../src/plan/lab.ts';
import { machineFiles } from '../../src/plan/qemu.ts';
import { scenarioScript } from '../../src/plan/script.ts';
import { runCell } from '../../src/run/cell.ts';
import { prepareGround } from '../../src/run/ground.ts';
import { readTopology } from '../../src/spec/topology.ts';
import { chosen, patience } from './chosen.ts';

export const lab: LabPlan = chosen(planLab(await readTopology('lab/topologies/broadcast-cluster.lab.yml')));

export interface Boot {
  problem: string;
  directory: string;
  /** Events of one machine, by name of the event. */
  events(machine: string, event: string): Record<string, unknown>[];
  console(machine: string): string;
  /** What QEMU said, and on the virtual clock the lockstep plugin. */
  qemu(machine: string): string;
}

let boots = 0;

/** Boots the lab on the default kernel, lets each machine carry out the steps that `steps` gives, and collects. */
export async function carryOut(
  title: string,
  steps: (machine: MachinePlan) => string[],
  options: {
    broken?: BreakName;
    timeoutS?: number;
    /** On the virtual clock, with these impairments. */
    impairments?: readonly PlannedImpairment[];
    /** Another than the default topology's. */
    plan?: LabPlan;
  } = {},
): Promise<Boot> {
  const { impairments, plan = lab } = options;
  const timeoutS = patience * (options.timeoutS ?? 120);
  const endTogether = !impairments?.some(({ kind }) => kind === 'power-cut');
  const ground = await prepareGround(
    plan.image,
    () => undefined,
    options.broken,
    undefined,
    otherImages(plan),
  );
  const directory = mkdtempSync(join(tmpdir(), 'miglab-test-'));
  const scenarios = plan.machines.map((machine) => [
    machine.name,
    scenarioScript(plan, machine, title, timeoutS, steps(machine), endTogether),
  ]);
  const { problem } = await runCell({
    ...{ name: `test-${process.pid}-${++boots}`, plan, ground, timeoutS, directory },
    ...(impairments ? { clock: 'virtual', impairments, seed: 1 } : { clock: 'real' }),
    scenarios: Object.fromEntries(scenarios),
    captures: [{ machine: 'peer', wire: 'public', file: 'public.pcap', snaplen: 128 }],
  });
  const text = (file: string) => readFileSync(join(directory, file), 'utf8');
  return {
    problem,
    directory,
    console: (machine) => text(machineFiles(machine).console),
    qemu: (machine) => text(machineFiles(machine).log),
    events: (machine, event) =>
      parseEvents(text(machineFiles(machine).events)).filter((each) => each.event === event),
  };
}

const parseEvents = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
