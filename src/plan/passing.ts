// SPDX-License-Identifier: GPL-2.0-only
import type { PassingExperiment } from '../spec/passing-experiment.ts';
import { addressOn, type LabPlan, type MachinePlan } from './lab.ts';
import { guestFiles, loadModule, scenarioScript } from './script.ts';

/** One boot in which connections are passed between the servers of two nodes. */
export interface PassingPlan {
  id: string;
  connections: number;
  passes: number;
  rateMbS: number;
  timeoutS: number;
}

/** Every cell of the experiment, in order. Pure. */
export const planPassing = ({ cells, timeout_s }: PassingExperiment): PassingPlan[] =>
  cells.map(({ connections, passes, rate_mb_s }, index) => ({
    id: `${String(index + 1).padStart(2, '0')}-pass`,
    ...{ connections, passes, rateMbS: rate_mb_s, timeoutS: timeout_s },
  }));

const { events } = guestFiles;
const port = 5000;
/** The first connection's port at the peer. With these the cluster's rule gives some to each node, always the same. */
const firstPort = 41_000;
/** That a connection goes on is that it is served so many bytes more. */
const step = 50_000;

/** What one machine does in a cell. Pure. */
export function passingScenario(lab: LabPlan, machine: MachinePlan, cell: PassingPlan): string {
  const steps = machine.role === 'peer' ? peerSteps(lab, cell) : nodeSteps(lab, machine, cell);
  return scenarioScript(lab, machine, cell.id, cell.timeoutS, steps);
}

/** Where a node's server takes connections that others pass. */
export const takesAt = (lab: LabPlan, node: string): string => `${addressOn(lab, node, 'private')}:7100`;

/** A server on a node, as $server. */
export const startServer = (lab: LabPlan, node: MachinePlan, options = ''): string[] => [
  `tcpcp serve --listen ${lab.cluster.address}:${port} --take ${takesAt(lab, node.name)} ${options} >> ${events} 2>&1 & server=$!`,
  'until [ -S /run/tcpcp ]; do sleep 0.05; done',
];

/** Connections to the servers, as $peer; they carry bytes both ways until they are told to end. */
export const startPeer = (lab: LabPlan, connections: number, rateMbS: number): string[] => [
  `tcpcp peer --connect ${lab.cluster.address}:${port} --port ${firstPort} --connections ${connections} --rate ${Math.round(rateMbS * 1e6)} --endless >> ${events} & peer=$!`,
];
export const endPeer = ['kill -TERM $peer', 'wait $peer || fail "the peer has wrong bytes, or lacks some"'];

/** When it has told of all its connections that they ended. */
export const endServer = ['until [ -z "$(tcpcp list)" ]; do sleep 0.05; done', 'kill $server'];

/** Every connection of the server goes on, and there are so many at least. */
export const goOn = (least = 0): string[] => [
  `until [ "$(tcpcp list | grep -c peer)" -ge ${least} ]; do sleep 0.05; done`,
  `tcpcp await ${step} >> ${events} || fail "a connection does not go on"`,
];

/** The remote end of the server's first connection that was, or was not, passed before: as $one. */
const chooseOne = (passed: boolean): string[] => [
  `one=$(tcpcp list | sed -n 's/.*"peer":"\\([^"]*\\)".*"passes":${passed ? '[1-9]' : '0'}.*/\\1/p' | sort | head -n 1)`,
  `[ -n "$one" ] || fail "no connection that was ${passed ? '' : 'not '}passed"`,
];

/** The names of a server's connections, one a line. */
const names = `tcpcp list | sed -n 's/.*"peer":"\\([^"]*\\)".*/\\1/p' | sort`;

/** Passes $one; its socket is gone here, and those of the others are not. */
const passOne = (lab: LabPlan, to: string): string[] => [
  `${names} > /run/miglab/before`,
  `tcpcp pass $one ${takesAt(lab, to)} > /run/miglab/answer || fail "$one was not passed: $(cat /run/miglab/answer)"`,
  `[ "$(grep -vxF "$one" /run/miglab/before)" = "$(${names})" ] || fail "others went with $one"`,
  '[ -z "$(ss -tnH dst $one)" ] || fail "the origin still has $one"',
];

function peerSteps(lab: LabPlan, cell: PassingPlan): string[] {
  return [
    'barrier_at 1 listening',
    ...startPeer(lab, cell.connections, cell.rateMbS),
    ...turns(cell).map(({ barrier }) => `barrier_at ${barrier} passed`),
    `barrier_at ${cell.passes + 2} "all go on"`,
    ...endPeer,
    'say kernel "modules=$(cut -d " " -f 1 /proc/modules | tr "\\n" " ")"',
    `barrier_at ${cell.passes + 3} done`,
  ];
}

function nodeSteps(lab: LabPlan, node: MachinePlan, cell: PassingPlan): string[] {
  const nodes = lab.machines.filter(({ role }) => role === 'node');
  const to = nodes[((node.node ?? 0) + 1) % nodes.length]?.name ?? '';
  return [
    ...loadModule(lab, node),
    ...startServer(lab, node),
    'barrier_at 1 listening',
    ...goOn(3),
    ...turns(cell).flatMap(({ origin, passed, barrier }) => [
      ...(origin === node.node ? [...chooseOne(passed), ...passOne(lab, to), ...goOn()] : []),
      `barrier_at ${barrier} passed`,
    ]),
    ...goOn(),
    `barrier_at ${cell.passes + 2} "all go on"`,
    `barrier_at ${cell.passes + 3} done`,
    ...endServer,
    'say module "counters=$(cat /proc/net/tcpmig)"',
  ];
}

/** Whose turn it is: both nodes pass one of their own, then both pass back what they got, and so on. */
const turns = ({ passes }: PassingPlan) =>
  Array.from({ length: passes }, (_, index) => ({
    origin: index % 2,
    passed: index % 4 >= 2,
    barrier: index + 2,
  }));
