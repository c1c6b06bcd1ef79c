// SPDX-License-Identifier: GPL-2.0-only
import { Writable } from 'node:stream';
import { ExitCode, Fault } from '../../src/fault.ts';
import { type LabPlan, planLab } from '../../src/plan/lab.ts';
import { connect } from '../../src/run/connect.ts';
import { prepareLab, raiseLab } from '../../src/run/interactive.ts';
import { topologyPath } from '../../src/spec/catalogue.ts';
import { readTopology } from '../../src/spec/topology.ts';
import { stopLab } from '../../src/vm/teardown.ts';
import { inTurn } from './alternation.ts';
import type { Bench, Round, Say } from './bench.ts';
import { bareGuest } from './guests/bare.ts';

const BOOT_MS = 120_000;

interface Subject {
  plan: LabPlan;
  cold: boolean;
}

export const bench: Bench = {
  about: 'from `up` to a command carried out over SSH on every machine; what is built once is there',
  rounds: 5,
  quantities: [
    { name: 'cold', title: 'three machines, cold', unit: 's' },
    { name: 'saved', title: 'three machines, from a saved one', unit: 's' },
    { name: 'bare', title: 'one bare guest', unit: 's' },
  ],
  comparisons: [
    { of: 'cold', to: 'bare', goals: [{ most: 3 }] },
    { of: 'saved', to: 'bare', goals: [{ most: 1 }] },
  ],
  measure,
};

async function* measure(rounds: number, say: Say, signal: AbortSignal): AsyncGenerator<Round> {
  const plan = planLab(await readTopology(topologyPath('broadcast-cluster')));
  const subjects: Record<string, Subject> = {
    cold: { plan, cold: true },
    saved: { plan, cold: false },
    bare: { plan: bareGuest(plan), cold: true },
  };
  const name = (round: string) => `bench-${process.pid}-${round}`;
  say('an `up` that is not measured: it builds and saves what is missing');
  await secondsToSsh({ plan, cold: false }, name('first'), signal);
  for (let round = 0; round < rounds; round++)
    yield await inTurn(subjects, round, (subject, which) => {
      say(`${bench.quantities.find((each) => each.name === which)?.title}: up to SSH`);
      return secondsToSsh(subject, name(`${which}-${round}`), signal);
    });
}

/** Boots the machines as `miglab up` does, and takes them down again. */
async function secondsToSsh({ plan, cold }: Subject, name: string, signal: AbortSignal): Promise<number> {
  const how = { cold, signal, timeoutMs: BOOT_MS, report: () => undefined };
  const start = performance.now();
  await raiseLab(await prepareLab(plan, name, how), how);
  try {
    await Promise.all(plan.machines.map((machine) => answer(name, machine.name)));
    return (performance.now() - start) / 1000;
  } finally {
    await stopLab(name);
  }
}

async function answer(lab: string, machine: string): Promise<void> {
  using session = await connect(lab, machine);
  const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });
  const code = await session.exec('true', { stdout: nowhere(), stderr: nowhere() });
  if (code !== 0) throw new Fault(ExitCode.nothingMeasured, `${machine}: true ended with ${code}`);
}
