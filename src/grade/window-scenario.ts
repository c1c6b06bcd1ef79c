// SPDX-License-Identifier: GPL-2.0-only
import { addressOn, type LabPlan, type MachinePlan } from '../plan/lab.ts';
import { peerOf } from '../plan/load.ts';
import { guestFiles, loadModule, scenarioScript } from '../plan/script.ts';
import type { WindowPlan } from './plan.ts';

const { workload: log, events } = guestFiles;
const errors = '/run/miglab/workload.err';

/** The first node and the peer: nothing moves. Pure, as is all here. */
export function windowLab(lab: LabPlan): LabPlan {
  const machines = lab.machines.filter(({ node, role }) => node === 0 || role === 'peer');
  return withWires({ ...lab, machines, cluster: { ...lab.cluster, nodes: 1 } }, (wire) =>
    machines.every(({ nics }) => nics.some((nic) => nic.wire === wire)),
  );
}

/** The lab with these wires alone, between the machines that it has. */
export function withWires(lab: LabPlan, isKept: (wire: string) => boolean): LabPlan {
  const machines = lab.machines.map((each) => ({
    ...each,
    nics: each.nics.filter(({ wire }) => isKept(wire)),
  }));
  const names = machines.map(({ name }) => name);
  const wires = lab.wires
    .filter(({ name }) => isKept(name))
    .map((wire) => {
      const members = wire.members.filter((each) => names.includes(each));
      return { ...wire, members, hub: members.includes(wire.hub) ? wire.hub : (members[0] ?? '') };
    });
  return { ...lab, machines, wires };
}

/** What each machine does: traffic from the peer, the window closed for a while, traffic again. */
export function windowScenario(lab: LabPlan, machine: MachinePlan, plan: WindowPlan, title: string): string {
  const steps = machine.role === 'peer' ? peerSteps(lab, plan) : nodeSteps(lab, machine, plan);
  return scenarioScript(lab, machine, title, plan.timeoutS, steps);
}

const target = (lab: LabPlan, { peerPort }: WindowPlan) =>
  `${addressOn(lab, peerOf(lab), lab.cluster.wire)}:${peerPort}`;

const traffic = ({ seed }: WindowPlan, rate: number) =>
  `--role sink --rate ${rate} --seed ${seed} --report-ms 50 --log ${log}`;

const peerSteps = (lab: LabPlan, plan: WindowPlan): string[] => [
  `workload peer --listen ${target(lab, plan)} ${traffic(plan, plan.rateMbS)} & peer=$!`,
  'barrier_at 1 listening',
  'wait $peer || fail "the verifier at the peer ended with $?"',
];

function nodeSteps(lab: LabPlan, node: MachinePlan, plan: WindowPlan): string[] {
  const to = target(lab, plan);
  const mark = `mark --to ${addressOn(lab, peerOf(lab), lab.cluster.wire)} --machine ${node.name}`;
  const buffer = plan.rcvbuf > 0 ? ` --rcvbuf ${plan.rcvbuf}` : '';
  const awaited = (seconds: number, fresh: string) =>
    `await ${fresh}--not workload-end --file ${log} --timeout ${plan.timeoutS} 't_ns>=+${Math.round(seconds * 1e9)}' || fail "no traffic: $(cat ${errors})"`;
  return [
    ...loadModule(lab, node),
    'barrier_at 1 listening',
    ...(plan.rcvbuf > 0 ? [`sysctl -q -w net.core.rmem_max=${plan.rcvbuf}`] : []),
    `workload --connect ${to} ${traffic(plan, 0)}${buffer} > /dev/null 2> ${errors} & pid=$!`,
    awaited(plan.warmUpS, ''),
    `${mark} 1`,
    `hold-window $pid ${to} ${plan.closedS} ${plan.ends} >> ${events} || fail "the window could not be closed"`,
    `${mark} 2`,
    awaited(plan.settleS, '--fresh '),
    'kill -TERM $pid',
    `await --file ${log} --timeout ${plan.timeoutS} --event workload-end 'exit>=0' || fail "the workload did not end"`,
    'say module "counters=$(cat /proc/net/tcpmig)"',
  ];
}
