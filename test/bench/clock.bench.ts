// SPDX-License-Identifier: GPL-2.0-only
import type { Report } from '../../src/image/report.ts';
import { type LabPlan, planLab } from '../../src/plan/lab.ts';
import { clockHere } from '../../src/run/clock.ts';
import { type Ground, prepareGround } from '../../src/run/ground.ts';
import { topologyPath } from '../../src/spec/catalogue.ts';
import { readTopology } from '../../src/spec/topology.ts';
import type { Bench, Round, Say } from './bench.ts';
import { onOneSwitch } from './guests/bare.ts';
import { paceOf } from './guests/clocked.ts';

export const bench: Bench = {
  about: 'what a second of the virtual clock takes, idle and with one connection at full rate',
  rounds: 2,
  quantities: [
    { name: 'idle', title: 'three machines, idle', unit: 's/s' },
    { name: 'stream', title: 'three machines, streaming', unit: 's/s' },
    { name: 'coarse', title: 'the same, latency of 1 ms', unit: 's/s' },
    { name: 'two-idle', title: 'two machines, idle', unit: 's/s' },
    { name: 'two-stream', title: 'two machines, streaming', unit: 's/s' },
    { name: 'eight-idle', title: 'eight machines, idle', unit: 's/s' },
    { name: 'eight-stream', title: 'eight machines, two of them streaming', unit: 's/s' },
    { name: 'in-turn', title: 'two cells, one after the other', unit: 's' },
    { name: 'at-once', title: 'two cells at once', unit: 's' },
  ],
  comparisons: [
    { of: 'stream', to: 'coarse', goals: [{ most: 2 }] },
    { of: 'eight-idle', to: 'two-idle', goals: [{ most: 8 }] },
    { of: 'eight-stream', to: 'two-stream', goals: [{ most: 2 }] },
    { of: 'at-once', to: 'in-turn', goals: [{ most: 1 }] },
  ],
  measure,
};

type Part = () => Promise<Round>;

async function* measure(rounds: number, say: Say, signal: AbortSignal): AsyncGenerator<Round> {
  const plan = planLab(await readTopology(topologyPath('broadcast-cluster')));
  const report: Report = ({ stage, detail = '' }) => say(`${stage} ${detail}`);
  const ground = await prepareGround(plan.image, report, undefined, signal);
  await clockHere('virtual', ground);
  const parts = partsOf(plan, ground, say, signal);
  for (let round = 0; round < rounds; round++) {
    let values: Round = {};
    for (const part of round % 2 === 0 ? parts : parts.toReversed())
      values = { ...values, ...(await part()) };
    yield values;
  }
}

function partsOf(plan: LabPlan, ground: Ground, say: Say, signal: AbortSignal): Part[] {
  const cell = () => paceOf(plan, plan.cluster.wire, ground, signal);
  const among = async (count: number, name: string): Promise<Round> => {
    say(`${name} machines on one switch`);
    const { idle, stream } = await paceOf(onOneSwitch(plan, count), 'control', ground, signal);
    return { [`${name}-idle`]: idle, [`${name}-stream`]: stream };
  };
  return [
    async () => {
      say('two cells of three machines, one after the other');
      const [first, second] = [await cell(), await cell()];
      return {
        idle: (first.idle + second.idle) / 2,
        stream: (first.stream + second.stream) / 2,
        'in-turn': first.whole + second.whole,
      };
    },
    async () => {
      say('two cells of three machines at once');
      return { 'at-once': Math.max(...(await Promise.all([cell(), cell()])).map(({ whole }) => whole)) };
    },
    async () => {
      say('three machines, latency of 1 ms');
      return { coarse: (await paceOf(withLatency(plan, 1e6), plan.cluster.wire, ground, signal)).stream };
    },
    () => among(2, 'two'),
    () => among(8, 'eight'),
  ];
}

/** The least latency is how far the machines run without waiting for each other. */
const withLatency = (plan: LabPlan, latencyNs: number): LabPlan => ({
  ...plan,
  wires: plan.wires.map((wire) => ({ ...wire, latencyNs })),
});
