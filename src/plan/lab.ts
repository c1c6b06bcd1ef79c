// SPDX-License-Identifier: GPL-2.0-only
import { bandwidth, duration, size } from '../spec/quantity.ts';
import type { Topology } from '../spec/topology.ts';

/** One network card of a machine; `address` is in CIDR form. */
interface NicPlan {
  wire: string;
  mac: string;
  address: string;
}

export interface MachinePlan {
  name: string;
  role: 'node' | 'peer';
  memoryMb: number;
  /** On the real clock; on the virtual one a machine has one. */
  processors: number;
  nics: NicPlan[];
  /** Place in the cluster, from 0; absent for a peer. */
  node?: number;
  /** What an instruction takes on the virtual clock. */
  instructionNs: number;
  /** Another than the lab's, for its kernel. */
  image?: string;
  /** Range of local ports for connections that the machine opens, so that two nodes never choose the same. */
  ports?: string;
}

export interface WirePlan {
  name: string;
  kind: 'broadcast' | 'pair';
  members: string[];
  /** The machine whose QEMU carries the wire: it listens, the others connect; of a broadcast wire it holds the hub. */
  hub: string;
  /** Of the virtual clock's wire: bit/s, ns, and the bytes that an output port of the switch holds. */
  bandwidth: number;
  latencyNs: number;
  queueBytes: number;
  /** Least time between two interrupts of a card, ns. */
  moderationNs: number;
}

export interface LabPlan {
  topology: string;
  image: string;
  machines: MachinePlan[];
  wires: WirePlan[];
  cluster: { wire: string; address: string; group: string; nodes: number };
}

/** A topology resolved to machines, cards and wires. MACs are 52:54:00:4d:WW:MM (wire, machine). */
export function planLab(topology: Topology): LabPlan {
  const wireNames = Object.keys(topology.wires);
  const hostAddress = (wire: string, host: number) =>
    subnetOf(topology, wire).replace(/\.0\/24$/, `.${host}/24`);
  let nodes = 0;
  const machines = Object.entries(topology.machines).map(([name, machine]): MachinePlan => {
    const onCluster = (wire: string) => machine.role === 'node' && wire === topology.cluster.wire;
    const nics = machine.wires.map((wire) => ({
      wire,
      mac: macAddress(wireNames.indexOf(wire), machine.id),
      address: hostAddress(wire, onCluster(wire) ? topology.cluster.host : machine.id),
    }));
    const plan: MachinePlan = {
      ...{ name, role: machine.role, memoryMb: machine.memory_mb, processors: machine.processors, nics },
      instructionNs: machine.instruction_ns,
    };
    if (machine.role === 'node') plan.node = nodes++;
    if (machine.ports) plan.ports = machine.ports;
    if (machine.image && machine.image !== topology.image) plan.image = machine.image;
    return plan;
  });
  return {
    topology: topology.name,
    image: topology.image,
    machines,
    wires: wireNames.map((wire) => planWire(wire, topology, machines)),
    cluster: {
      wire: topology.cluster.wire,
      address: bare(hostAddress(topology.cluster.wire, topology.cluster.host)),
      group: topology.cluster.group,
      nodes,
    },
  };
}

/** The lab with as much memory in each machine as its image needs. Pure. */
export const withMemory = (lab: LabPlan, leastMb: (image: string) => number): LabPlan => ({
  ...lab,
  machines: lab.machines.map((each) => ({
    ...each,
    memoryMb: Math.max(each.memoryMb, leastMb(each.image ?? lab.image)),
  })),
});

/**
 * The lab with other images than its topology's. @param choices `NAME`, for all machines, or `MACHINE=NAME`
 * @returns undefined with a machine that the lab does not have
 */
export function withImages(lab: LabPlan, choices: readonly string[]): LabPlan | undefined {
  const named = choices.map((choice) => choice.split('=', 2)).filter((words) => words.length === 2);
  if (named.some(([machine]) => !lab.machines.some(({ name }) => name === machine))) return undefined;
  const all = choices.findLast((choice) => !choice.includes('='));
  const machines = lab.machines.map(({ image: before, ...machine }) => {
    const own = named.findLast(([name]) => name === machine.name)?.[1] ?? (all ? undefined : before);
    return { ...machine, ...(own && own !== (all ?? lab.image) ? { image: own } : {}) };
  });
  return { ...lab, image: all ?? lab.image, machines };
}

/** Images that some machines have instead of the lab's, each once. */
export const otherImages = ({ machines }: LabPlan): string[] => [
  ...new Set(machines.flatMap(({ image }) => image ?? [])),
];

/** The address of a CIDR form, without its prefix length. */
export const bare = (cidr: string): string => cidr.replace(/\/\d+$/, '');

/** @throws Error when the machine has no card on the wire (the specification was checked before). */
export function addressOn(lab: LabPlan, machine: string, wire: string): string {
  const nic = lab.machines.find(({ name }) => name === machine)?.nics.find((each) => each.wire === wire);
  if (!nic) throw new Error(`${machine} is not on the wire ${wire}`);
  return bare(nic.address);
}

function planWire(name: string, topology: Topology, machines: readonly MachinePlan[]): WirePlan {
  const asked = topology.wires[name];
  if (!asked) throw new Error(`no wire ${name}`);
  const members = machines.filter(({ nics }) => nics.some(({ wire }) => wire === name));
  const hub = members.find(({ role }) => role === 'peer') ?? members[0];
  return {
    name,
    kind: asked.kind,
    members: members.map((member) => member.name),
    hub: hub?.name ?? '',
    bandwidth: bandwidth.read(asked.bandwidth),
    latencyNs: duration.read(asked.latency),
    queueBytes: size.read(asked.queue),
    moderationNs: duration.read(asked.moderation),
  };
}

const subnetOf = (topology: Topology, wire: string): string => topology.wires[wire]?.subnet ?? '';

export function macAddress(wire: number, machine: number): string {
  const hex = (value: number) => value.toString(16).padStart(2, '0');
  return `52:54:00:4d:${hex(wire)}:${hex(machine)}`;
}
