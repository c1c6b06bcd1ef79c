// SPDX-License-Identifier: GPL-2.0-only
import type { Report } from '../../src/image/report.ts';
import { planLab } from '../../src/plan/lab.ts';
import { clockHere } from '../../src/run/clock.ts';
import { prepareGround } from '../../src/run/ground.ts';
import { topologyPath } from '../../src/spec/catalogue.ts';
import { readTopology } from '../../src/spec/topology.ts';
import type { Bench, Round, Say } from './bench.ts';
import { moveOf } from './guests/moved.ts';

const counts = [1, 10, 100, 1000];

/** Ten times as many take at most ten times as long; the rest is the share of what does not depend on their number. */
const linear = { most: 10 };

export const bench: Bench = {
  about: 'a process with 1, 10, 100 and 1,000 connections moves, all together',
  rounds: 1,
  quantities: counts.flatMap((count) => [
    { name: `delay-${count}`, title: `${count}: silence of the median connection`, unit: 'ms' },
    { name: `longest-${count}`, title: `${count}: longest silence of a connection`, unit: 'ms' },
    { name: `freeze-${count}`, title: `${count}: process frozen`, unit: 'ms' },
    { name: `connections-${count}`, title: `${count}: of it, for the connections`, unit: 'ms' },
    { name: `each-${count}`, title: `${count}: for each`, unit: 'ms' },
  ]),
  comparisons: ['delay', 'freeze', 'connections'].flatMap((what) =>
    counts.slice(1).map((count) => ({
      of: `${what}-${count}`,
      to: `${what}-${count / 10}`,
      goals: [linear],
    })),
  ),
  measure,
};

async function* measure(rounds: number, say: Say, signal: AbortSignal): AsyncGenerator<Round> {
  const plan = planLab(await readTopology(topologyPath('broadcast-cluster')));
  const report: Report = ({ stage, detail = '' }) => say(`${stage} ${detail}`);
  const ground = await prepareGround(plan.image, report, undefined, signal);
  await clockHere('virtual', ground);
  for (let round = 0; round < rounds; round++) {
    const values: Record<string, number> = {};
    for (const count of counts) {
      say(`${count} connections`);
      const moved = await moveOf(plan, count, ground, signal);
      say(`${count} connections: frozen for ${moved.freeze} ms`);
      for (const [what, ms] of Object.entries(moved)) values[`${what}-${count}`] = ms;
      values[`each-${count}`] = moved.connections / count;
    }
    yield values;
  }
}
