// SPDX-License-Identifier: GPL-2.0-only
import { Writable } from 'node:stream';
import { ExitCode, Fault } from '../../src/fault.ts';
import type { Report } from '../../src/image/report.ts';
import { type LabPlan, planLab } from '../../src/plan/lab.ts';
import { connect } from '../../src/run/connect.ts';
import { prepareGround } from '../../src/run/ground.ts';
import { prepareLab, raiseLab } from '../../src/run/interactive.ts';
import { topologyPath } from '../../src/spec/catalogue.ts';
import { readTopology } from '../../src/spec/topology.ts';
import { stopLab } from '../../src/vm/teardown.ts';
import { inTurn } from './alternation.ts';
import type { Bench, Round, Say } from './bench.ts';
import { bareGuest } from './guests/bare.ts';

const BOOT_MS = 120_000;

export const bench: Bench = {
  about: 'from `up` to a command carried out over SSH on every machine; images are built',
  rounds: 5,
  quantities: [
    { name: 'lab', title: 'three machines', unit: 's' },
    { name: 'bare', title: 'one bare guest', unit: 's' },
  ],
  comparisons: [{ of: 'lab', to: 'bare', goals: [{ most: 3 }] }],
  measure,
};

async function* measure(rounds: number, say: Say, signal: AbortSignal): AsyncGenerator<Round> {
  const plan = planLab(await readTopology(topologyPath('broadcast-cluster')));
  const report: Report = ({ stage, detail = '' }) => say(`${stage} ${detail}`);
  await prepareGround(plan.image, report, undefined, signal);
  for (let round = 0; round < rounds; round++)
    yield await inTurn({ lab: plan, bare: bareGuest(plan) }, round, (each, name) => {
      say(`${bench.quantities.find((quantity) => quantity.name === name)?.title}: up to SSH`);
      return secondsToSsh(each, `bench-${process.pid}-${name}-${round}`, signal);
    });
}

/** Boots the machines as `miglab up` does, and takes them down again. */
async function secondsToSsh(plan: LabPlan, name: string, signal: AbortSignal): Promise<number> {
  const start = performance.now();
  const how = { report: () => undefined, signal, timeoutMs: BOOT_MS };
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
