// SPDX-License-Identifier: GPL-2.0-only
// What no single value of a topology shows: names that lead nowhere, and machines that would be in each other's way.

import { nearest } from './nearest.ts';

export interface Contradiction {
  path: (string | number)[];
  message: string;
  /** The word that was probably meant. */
  meant?: string | undefined;
}

interface Machine {
  role: 'node' | 'peer';
  id: number;
  wires: string[];
  ports?: string | undefined;
}

interface Parts {
  wires: Record<string, { kind: 'broadcast' | 'pair'; subnet: string }>;
  cluster: { wire: string; host: number };
  machines: Record<string, Machine>;
}

/** Ports from `first` to `last`, of a text such as 20000-39999. */
export function portRange(text: string): { first: number; last: number } {
  const [first = 0, last = 0] = text.split('-').map(Number);
  return { first, last };
}

export const contradictions = (topology: Parts): Contradiction[] => [
  ...unknownWires(topology),
  ...wrongMembers(topology),
  ...clusterProblems(topology),
  ...sameTwice(topology),
  ...portProblems(topology),
];

function unknownWires({ wires, cluster, machines }: Parts): Contradiction[] {
  const known = Object.keys(wires);
  const expected = `expected one of ${known.join(', ')}`;
  const found: Contradiction[] = [];
  if (!known.includes(cluster.wire))
    found.push({
      path: ['cluster', 'wire'],
      message: `no wire of this name; ${expected}`,
      meant: nearest(cluster.wire, known),
    });
  for (const [machine, { wires: used }] of Object.entries(machines))
    used.forEach((wire, index) => {
      if (!known.includes(wire))
        found.push({
          path: ['machines', machine, 'wires', index],
          message: `no wire "${wire}"; ${expected}`,
          meant: nearest(wire, known),
        });
      if (used.indexOf(wire) !== index)
        found.push({
          path: ['machines', machine, 'wires', index],
          message: `"${wire}" twice; expected each wire once`,
        });
    });
  return found;
}

function wrongMembers({ wires, machines }: Parts): Contradiction[] {
  return Object.entries(wires).flatMap(([wire, { kind }]) => {
    const members = Object.values(machines).filter((machine) => machine.wires.includes(wire)).length;
    if (kind === 'pair' && members !== 2)
      return [
        {
          path: ['wires', wire, 'kind'],
          message: `a pair joins exactly two machines, here ${members}; expected two, or kind broadcast`,
        },
      ];
    if (members < 2)
      return [
        { path: ['wires', wire], message: `expected at least two machines on a wire, here ${members}` },
      ];
    return [];
  });
}

function clusterProblems({ wires, cluster, machines }: Parts): Contradiction[] {
  const found: Contradiction[] = [];
  const all = Object.entries(machines);
  if (wires[cluster.wire]?.kind === 'pair')
    found.push({
      path: ['cluster', 'wire'],
      message: 'expected a broadcast wire: every node must hear every segment',
    });
  for (const role of ['node', 'peer'] as const)
    if (!all.some(([, machine]) => machine.role === role))
      found.push({ path: ['machines'], message: `expected at least one machine of role ${role}` });
  for (const [name, { role, id, wires: used }] of all) {
    if (!used.includes(cluster.wire))
      found.push({
        path: ['machines', name, 'wires'],
        message: `expected the cluster's wire ${cluster.wire} among them`,
      });
    else if (role === 'peer' && id === cluster.host)
      found.push({
        path: ['machines', name, 'id'],
        message: `on ${cluster.wire} this is the cluster's address; expected another number`,
      });
  }
  return found;
}

function sameTwice({ wires, machines }: Parts): Contradiction[] {
  const found: Contradiction[] = [];
  const ids = new Map<number, string>();
  for (const [name, { id }] of Object.entries(machines)) {
    const other = ids.get(id);
    if (other)
      found.push({
        path: ['machines', name, 'id'],
        message: `the id of ${other} already; expected a number of its own`,
      });
    ids.set(id, name);
  }
  const subnets = new Map<string, string>();
  for (const [name, { subnet }] of Object.entries(wires)) {
    const other = subnets.get(subnet);
    if (other)
      found.push({
        path: ['wires', name, 'subnet'],
        message: `the network of ${other} already; expected one of its own`,
      });
    subnets.set(subnet, name);
  }
  return found;
}

/** Two nodes that choose the same local port for the same peer would have one connection twice. */
function portProblems({ machines }: Parts): Contradiction[] {
  const ranges = Object.entries(machines).flatMap(([name, { role, ports }]) =>
    role === 'node' && ports ? [{ name, ...portRange(ports) }] : [],
  );
  return ranges.flatMap(({ name, first, last }, index) => {
    const other = ranges.slice(0, index).find((each) => each.first <= last && first <= each.last);
    return other
      ? [
          {
            path: ['machines', name, 'ports'],
            message: `overlaps with the ports of ${other.name}; expected a range of its own`,
          },
        ]
      : [];
  });
}
