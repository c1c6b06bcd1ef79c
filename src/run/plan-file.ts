// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { ExitCode, Fault } from '../fault.ts';
import { breakNames } from '../image/tools.ts';
import type { CellPlan, Clock } from '../plan/experiment.ts';
import type { LabPlan } from '../plan/lab.ts';
import { qemuArguments } from '../plan/qemu.ts';
import { cellScenario } from '../plan/scenario.ts';
import { readDocument } from '../spec/document.ts';
import { experimentSchema } from '../spec/experiment.ts';
import { topologySchema } from '../spec/topology.ts';
import { versionOf } from '../spec/version.ts';
import { differences } from './difference.ts';
import type { Ground } from './ground.ts';
import { processors } from './record.ts';
import type { RunPlan } from './run-plan.ts';

const hash = z.string();

/**
 * plan.json: all that decides what a run's cells do and what they run on, written before the first. A run goes on, and
 * a cell is booted again, by this file; what was derived from the rest is in it so that a difference is noticed.
 */
const planFileSchema = z.object({
  version: versionOf('plan.json', 1),
  id: z.string().min(1),
  /** The experiment's file as run.json names it, and the folder that a relative path counts from. */
  file: z.string(),
  directory: z.string(),
  /** With the clock that was chosen. */
  experiment: experimentSchema.extend({ clock: z.enum(['real', 'virtual']) }),
  topology: topologySchema,
  /** Another than the topology's if the run was asked to take one. */
  image: z.string(),
  cells: z.array(z.looseObject({ id: z.string() })),
  derived: z.object({
    /** Machines, cards, wires; QEMU's arguments and each cell's scripts by SHA-256. */
    lab: z.unknown(),
    commands: hash,
    scenarios: z.record(z.string(), hash),
  }),
  ground: z.object({
    qemu: z.object({ version: z.string(), sha256: hash }),
    image: z.object({ recipe: z.string(), sha256: hash, kernel: z.string() }),
    /** `chosen`: folder or commit of the module's sources, if they were not lab/module. */
    module: z.object({
      sha256: hash,
      broken: z.enum(breakNames).nullable(),
      chosen: z.string().optional(),
    }),
    /** Everything that the image gets from lab/, the module included. */
    tools: hash,
    accelerator: z.enum(['kvm', 'tcg']),
    processors: z.string(),
    /** The virtual clock's plugin; absent on the real clock. */
    lockstep: hash.optional(),
  }),
});
export type PlanFile = z.infer<typeof planFileSchema>;

/** The plan as it would be written now, of the same cells. Pure. */
export function planFile(id: string, directory: string, plan: RunPlan, ground: PlanFile['ground']): PlanFile {
  const { experiment, file, topology, lab, cells } = plan;
  return {
    ...{ version: 1, id, file, directory, experiment, topology, image: lab.image },
    cells: cells.map((cell) => ({ ...cell })),
    derived: {
      lab,
      commands: sha256(
        lab.machines.map((machine) => qemuArguments(lab, machine, unbuilt(experiment.clock))).join('\n'),
      ),
      scenarios: Object.fromEntries(cells.map((cell) => [cell.id, sha256(scripts(lab, cell))])),
    },
    ground,
  };
}

const unbuilt = (clock: Clock) => ({
  ...{ accelerator: 'tcg' as const, kernel: 'KERNEL', initramfs: 'INITRAMFS', mgmt: false, captures: [] },
  ...(clock === 'virtual' ? { lockstep: 'LOCKSTEP' } : {}),
});
const scripts = (lab: LabPlan, cell: CellPlan) =>
  lab.machines.map((machine) => cellScenario(lab, machine, cell)).join('\n');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** What the cells of a run stand on, as the plan keeps it. */
export const groundFacts = (
  { qemu, guest, tools, lockstep, acceleration }: Ground,
  clock: Clock,
): PlanFile['ground'] => ({
  qemu: { version: qemu.version, sha256: qemu.hash },
  image: { recipe: guest.name, sha256: guest.hash, kernel: guest.kernelRelease },
  module: {
    ...{ sha256: tools.moduleHash, broken: tools.broken ?? null },
    ...(tools.moduleSource.chosen ? { chosen: tools.moduleSource.chosen } : {}),
  },
  tools: tools.hash,
  accelerator: acceleration.accelerator,
  processors: processors(),
  ...(clock === 'virtual' ? { lockstep: lockstep.hash } : {}),
});

/** @throws Fault (64) for a folder without a plan, or a plan that is not as expected: with line and column. */
export const readPlanFile = (run: string): Promise<PlanFile> =>
  readDocument(
    join(run, 'plan.json'),
    planFileSchema,
    'Name a folder that `miglab run` wrote. Runs of older versions have no plan; begin anew.',
  );

/**
 * What differs now from what the run began with, a line each, causes alone: another module is no further difference of
 * the tools, nor another experiment one of the scripts. Pure.
 */
export function changes(began: PlanFile, now: PlanFile): string[] {
  const aspect = (label: string, before: unknown, after: unknown) =>
    differences(before, after).map((line) => `${label}: ${line}`);
  const asked = [
    ...aspect('experiment', began.experiment, now.experiment),
    ...aspect('topology', began.topology, now.topology),
  ];
  const derived = [
    ...aspect('cell', byId(began), byId(now)),
    ...aspect('this version of miglab plans otherwise', began.derived, now.derived),
  ];
  const { tools: _, ...stands } = began.ground;
  const { tools: __, ...standsNow } = now.ground;
  const ground = differences(stands, standsNow);
  const tools = aspect(
    'programs in the guests',
    { sha256: began.ground.tools },
    { sha256: now.ground.tools },
  );
  return [
    ...(asked.length > 0 ? asked : derived),
    ...ground,
    ...(ground.some((line) => /^(image|module)/.test(line)) ? [] : tools),
  ];
}

const byId = ({ cells }: PlanFile) => Object.fromEntries(cells.map((cell) => [cell.id, cell]));

/** @throws Fault (64) that names every difference: rows of both would mix. */
export function refuseChanges(began: PlanFile, now: PlanFile, run: string): void {
  const found = changes(began, now);
  if (found.length === 0) return;
  throw new Fault(
    ExitCode.usage,
    `the run ${basename(run)} cannot go on: not all is as it began\n${found.map((line) => `    ${line}`).join('\n')}`,
    'Put that back, or begin a new run; one run holds no rows of two experiments.',
  );
}
