// SPDX-License-Identifier: GPL-2.0-only
import { ExitCode, Fault } from '../fault.ts';
import { addressOn, type LabPlan, type MachinePlan, type WirePlan } from './lab.ts';
import { guestFiles, loadModule, scenarioScript } from './script.ts';
import { roundTripNs } from './wire-model.ts';

/** Data of a ping, and its frame: Ethernet, IPv4 and ICMP. */
const PING_BYTES = 56;
export const pingFrameBytes = 14 + 20 + 8 + PING_BYTES;
const PINGS = 20;

/** What the wire of the cluster carries, one after the other: each on a port of its own. */
export const loads = { source: 5000, duplex: 5001 } as const;
export type Load = keyof typeof loads;

/** Seconds of traffic that are measured. */
export const windowS = 0.3;
const MARGIN_S = 0.1;

/** Seconds for slow start: twenty round trips, and what the guests need to be under way. */
export const settledS = (lab: LabPlan): number =>
  0.1 + (20 * roundTripNs(wireOf(lab, lab.cluster.wire), pingFrameBytes)) / 1e9;

/** Who pings whom on a wire, and who streams to whom on the cluster's: its first member, and a peer where there is one. */
export function endsOf(lab: LabPlan, wire: WirePlan): { from: MachinePlan; to: MachinePlan } {
  const members = lab.machines.filter(({ name }) => wire.members.includes(name));
  const from = members.find(({ role }) => role === 'node') ?? members[0];
  const to = members.findLast(({ role }) => role === 'peer') ?? members.at(-1);
  if (!from || !to || from === to)
    throw new Fault(
      ExitCode.usage,
      `${lab.topology}: on the wire ${wire.name} nobody is to be measured with`,
    );
  return { from, to };
}

export function wireOf(lab: LabPlan, name: string): WirePlan {
  const wire = lab.wires.find((each) => each.name === name);
  if (!wire) throw new Error(`no wire ${name}`);
  return wire;
}

/**
 * What a machine does to find out what the wires give: pings on each wire while it is idle; then a connection from the
 * first node to the peer in one direction and in both, as fast as it goes, and how long the processor had nothing to do. Pure.
 */
export function calibrationScenario(lab: LabPlan, machine: MachinePlan, timeoutS: number): string {
  const steps = [
    'barrier_at 1 up',
    ...lab.wires.flatMap((wire, number) => [
      ...pingSteps(lab, machine, wire),
      `barrier_at ${2 + number} pinged-on-${wire.name}`,
    ]),
    ...(machine.role === 'node' ? loadModule(lab, machine) : []),
    ...(Object.keys(loads) as Load[]).flatMap((load) => loadSteps(lab, machine, load)),
  ];
  return scenarioScript(lab, machine, 'what the wires give', timeoutS, steps);
}

/** The first ping may wait for an answer of ARP. */
function pingSteps(lab: LabPlan, machine: MachinePlan, wire: WirePlan): string[] {
  const { from, to } = endsOf(lab, wire);
  if (machine !== from) return [];
  const ping = (count: number) =>
    `ping -q -s ${PING_BYTES} -i 0.005 -c ${count} ${addressOn(lab, to.name, wire.name)}`;
  const numbers = String.raw`s/.*= \([0-9.]*\)\/\([0-9.]*\)\/.*/least_ms:=\1 mean_ms:=\2/p`;
  return [
    `${ping(1)} > /dev/null || fail "no answer on ${wire.name}"`,
    `say round-trip wire=${wire.name} $(${ping(PINGS)} | sed -n '${numbers}')`,
  ];
}

function loadSteps(lab: LabPlan, machine: MachinePlan, load: Load): string[] {
  const { from, to } = endsOf(lab, wireOf(lab, lab.cluster.wire));
  const endpoint = `${addressOn(lab, to.name, lab.cluster.wire)}:${loads[load]}`;
  const traffic = `--role ${load} --log ${guestFiles.workload}`;
  const duration = (settledS(lab) + windowS + MARGIN_S).toFixed(3);
  const first = 100 * (1 + Object.keys(loads).indexOf(load));
  const ends = machine === from || machine === to;
  return [
    ...(machine === to ? [`workload peer --listen ${endpoint} ${traffic} & workload=$!`] : []),
    `barrier_at ${first} ${load}-begins`,
    ...(machine === from
      ? [`workload --connect ${endpoint} ${traffic} --duration ${duration} & workload=$!`]
      : []),
    `sleep ${settledS(lab).toFixed(3)}; read -r before < /proc/uptime`,
    `sleep ${windowS}; read -r after < /proc/uptime`,
    ...(ends ? [`wait $workload || fail "the workload ended with $?"`] : []),
    `barrier_at ${first + 1} ${load}-ends`,
    `say processor load=${load} "before=$before" "after=$after"`,
  ];
}
