// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import type { LabPlan } from '../plan/lab.ts';
import { labFolder, loadLab } from './state.ts';

const planFile = (name: string) => join(labFolder(name), 'plan.json');

/** Keeps what a lab was made from: its topology's file may change, or lie anywhere. */
export const savePlan = (name: string, plan: LabPlan): void =>
  writeFileSync(planFile(name), JSON.stringify(plan));

/** The plan of a lab that is up. @throws Fault (64) when there is no such lab, or it was made without one */
export function readPlan(name: string): LabPlan {
  loadLab(name);
  try {
    return JSON.parse(readFileSync(planFile(name), 'utf8'));
  } catch (cause) {
    throw new Fault(
      ExitCode.usage,
      `${planFile(name)} cannot be read: ${(cause as Error).message}`,
      `Start the lab anew: miglab down -n ${name} && miglab up -n ${name}`,
      { cause },
    );
  }
}
