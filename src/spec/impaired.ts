// SPDX-License-Identifier: GPL-2.0-only
// What an experiment's impairments cannot mean in its topology, or on its clock.

import type { Contradiction } from './contradictions.ts';
import { type Impairment, isWireKind, zeroOf } from './impairment.ts';
import { nearest } from './nearest.ts';
import { bandwidth } from './quantity.ts';
import type { Topology } from './topology.ts';

interface Parts {
  impairments: readonly Impairment[];
  cells: readonly { repetitions: number }[];
  virtual?: { repetitions?: number | undefined } | undefined;
}

type Place = 'wire' | 'from' | 'to' | 'machine' | 'since' | 'bandwidth' | 'kind';
interface Problem {
  key: Place;
  message: string;
  meant?: string | undefined;
}

/** Names that lead nowhere, and migrations that never come. */
export function impairmentContradictions(experiment: Parts, topology: Topology): Contradiction[] {
  const repetitions = Math.max(
    experiment.virtual?.repetitions ?? 0,
    ...experiment.cells.map((cell) => cell.repetitions),
  );
  return placed(experiment.impairments, (impairment) => [
    ...(isWireKind(impairment.kind)
      ? wireProblems(impairment, topology)
      : machineProblems(impairment, topology)),
    ...(zeroOf(impairment) > repetitions
      ? [
          {
            key: 'since' as const,
            message: `no cell has more than ${repetitions} migrations; expected one of those`,
          },
        ]
      : []),
  ]);
}

const placed = (
  impairments: readonly Impairment[],
  problemsOf: (impairment: Impairment) => Problem[],
): Contradiction[] =>
  impairments.flatMap((impairment, index) =>
    problemsOf(impairment).map(({ key, ...problem }) => ({ path: ['impairments', index, key], ...problem })),
  );

function machineProblems({ machine = '' }: Impairment, { machines }: Topology): Problem[] {
  if (machines[machine]) return [];
  return [unknownName('machine', `no machine "${machine}"`, machine, Object.keys(machines))];
}

function wireProblems(impairment: Impairment, topology: Topology): Problem[] {
  const name = impairment.wire ?? '';
  const wire = topology.wires[name];
  if (!wire) return [unknownName('wire', `no wire "${name}"`, name, Object.keys(topology.wires))];
  const members = membersOf(topology, name);
  const problems = (['from', 'to'] as const).flatMap((key): Problem[] => {
    const machine = impairment[key];
    if (machine === undefined || members.includes(machine)) return [];
    return [unknownName(key, `no machine "${machine}" on the wire ${name}`, machine, members)];
  });
  const { from, to, kind } = impairment;
  if (from !== undefined && from === to)
    problems.push({ key: 'to', message: 'expected another machine than the one it comes from' });
  if (kind === 'rate') problems.push(...rateProblems(impairment, wire));
  return problems;
}

function rateProblems(
  { from, to, bandwidth: asked = '' }: Impairment,
  wire: Topology['wires'][string],
): Problem[] {
  const problems: Problem[] = [];
  if (bandwidth.read(asked) > bandwidth.read(wire.bandwidth))
    problems.push({ key: 'bandwidth', message: `expected no more than the wire's own ${wire.bandwidth}` });
  if (wire.kind === 'broadcast' && from !== undefined && to !== undefined)
    problems.push({
      key: 'to',
      message:
        "a rate is that of one machine's cable: expected from, for what it sends, or to, for what it hears",
    });
  return problems;
}

/** What the real clock cannot do at all; what it does in another way is in the documentation, and told before a run. */
export const realClockContradictions = (
  { impairments }: Pick<Parts, 'impairments'>,
  topology: Topology,
): Contradiction[] =>
  placed(impairments, ({ kind, wire = '', to }) => {
    if (kind === 'power-cut' || kind === 'pause')
      return [{ key: 'kind', message: `a ${kind} needs the virtual clock (--clock virtual)` }];
    if (to !== undefined && topology.wires[wire]?.kind === 'broadcast')
      return [
        {
          key: 'to',
          message: `on the real clock every machine on ${wire} hears the same; expected no "to", or the virtual clock (--clock virtual)`,
        },
      ];
    return [];
  });

/** The machines on a wire. */
const membersOf = ({ machines }: Pick<Topology, 'machines'>, wire: string): string[] =>
  Object.entries(machines)
    .filter(([, machine]) => machine.wires.includes(wire))
    .map(([name]) => name);

const unknownName = (key: Place, what: string, name: string, known: readonly string[]): Problem => ({
  key,
  message: `${what}; expected one of ${known.join(', ')}`,
  meant: nearest(name, known),
});
