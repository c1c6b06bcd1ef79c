// SPDX-License-Identifier: GPL-2.0-only
import type { Report } from '../../src/image/report.ts';
import { planLab } from '../../src/plan/lab.ts';
import { prepareGround } from '../../src/run/ground.ts';
import { topologyPath } from '../../src/spec/catalogue.ts';
import { readTopology } from '../../src/spec/topology.ts';
import { inTurn } from './alternation.ts';
import type { Bench, Round, Say } from './bench.ts';
import { barePair } from './guests/bare.ts';
import { type Stream, streamRate } from './guests/stream.ts';

export const bench: Bench = {
  about: 'one connection as fast as it goes, from a node of the lab to its peer, and between two bare guests',
  rounds: 3,
  quantities: [
    { name: 'captured', title: 'three machines, captured', unit: 'MB/s' },
    { name: 'lab', title: 'three machines', unit: 'MB/s' },
    { name: 'bare', title: 'bare pair', unit: 'MB/s' },
  ],
  comparisons: [
    { of: 'lab', to: 'bare', goals: [{ least: 0.8 }] },
    { of: 'captured', to: 'bare', goals: [{ least: 0.8 }] },
  ],
  measure,
};

async function* measure(rounds: number, say: Say, signal: AbortSignal): AsyncGenerator<Round> {
  const plan = planLab(await readTopology(topologyPath('broadcast-cluster')));
  const report: Report = ({ stage, detail = '' }) => say(`${stage} ${detail}`);
  const ground = await prepareGround(plan.image, report, undefined, signal);
  const cluster: Stream = { plan, wire: plan.cluster.wire, module: true, captured: false };
  const streams: Record<string, Stream> = {
    captured: { ...cluster, captured: true },
    lab: cluster,
    bare: { plan: barePair(plan), wire: 'control', module: false, captured: false },
  };
  for (let round = 0; round < rounds; round++)
    yield await inTurn(streams, round, (stream, name) => {
      say(`${bench.quantities.find((each) => each.name === name)?.title}: booting, streaming`);
      return streamRate(stream, ground, signal);
    });
}
