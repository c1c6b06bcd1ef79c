// SPDX-License-Identifier: GPL-2.0-only
import type { CellPlan } from './experiment.ts';
import { countImpairments, prepareImpairments, zeroSteps } from './impairment-steps.ts';
import { addressOn, type LabPlan, type MachinePlan } from './lab.ts';
import { nodeProgram, peerOf, peerProgram } from './load.ts';
import { guestFiles, loadModule, scenarioScript, startReceiver } from './script.ts';
import { tellSettings } from './settings.ts';
import { lastCensus, warmUp } from './soak.ts';

const { workload: log, events, secret } = guestFiles;
const errors = '/run/miglab/workload.err';

/** What one machine does in a cell: traffic, then the migrations, forth and back. Pure. */
export function cellScenario(lab: LabPlan, machine: MachinePlan, cell: CellPlan): string {
  const steps = machine.role === 'peer' ? peerSteps(lab, machine, cell) : nodeSteps(lab, machine, cell);
  const title = `${cell.id}, seed ${cell.seed}`;
  const all = [
    ...prepareImpairments(lab, machine, cell),
    ...steps,
    ...countImpairments(lab, machine, cell),
    // As they were while it lasted: a scenario sets some of them.
    ...tellSettings(machine),
  ];
  const endTogether = !cell.impairments.some(({ kind }) => kind === 'power-cut');
  return scenarioScript(lab, machine, title, cell.timeoutS, all, endTogether);
}

function peerSteps(lab: LabPlan, peer: MachinePlan, cell: CellPlan): string[] {
  const atZero = zeroSteps(lab, peer, cell, 0, false);
  return [
    ...warmUp(lab, peer, cell, atZero),
    `${peerProgram(lab, cell, log)} & peer=$!`,
    'barrier_at 1 listening',
    ...(cell.warmUpMigrations ? [] : atZero),
    ...migrations(cell).flatMap(({ number }) => [
      ...zeroSteps(lab, peer, cell, number, false),
      `barrier_at ${2 * number} migrated > /dev/null`,
      `barrier_at ${2 * number + 1} settled`,
    ]),
    'wait $peer || fail "the verifier at the peer ended with $?"',
    ...lastCensus(peer, cell),
  ];
}

function nodeSteps(lab: LabPlan, node: MachinePlan, cell: CellPlan): string[] {
  const atZero = zeroSteps(lab, node, cell, 0, node.node === 0);
  return [
    ...loadModule(lab, node),
    ...startReceiver(lab, node),
    // One that nothing delays.
    ...(cell.impairments.length > 0 ? [`${mark(lab, node)} 0`] : []),
    ...warmUp(lab, node, cell, atZero),
    'barrier_at 1 listening',
    ...(cell.warmUpMigrations ? [] : atZero),
    ...(node.node === 0 ? startWorkload(lab, cell) : []),
    ...migrations(cell).flatMap((move) => moveSteps(lab, node, cell, move)),
    ...(node.node === cell.repetitions % 2 ? stopWorkload(cell) : []),
    'say module "counters=$(cat /proc/net/tcpmig)"',
    ...lastCensus(node, cell),
  ];
}

function startWorkload(lab: LabPlan, cell: CellPlan): string[] {
  return [
    // Below the largest automatic buffer this leaves the window's scale as it is.
    ...(cell.rcvbuf > 0 ? [`sysctl -q -w net.core.rmem_max=${cell.rcvbuf}`] : []),
    `${nodeProgram(lab, cell, log, errors)} & pid=$!`,
    awaitWorkload(
      cell,
      ['mem_passes>=1', `t_ns>=+${nanoseconds(cell.warmUpS)}`],
      `no traffic in the warm-up: $(cat ${errors})`,
      '',
    ),
  ];
}

/** One migration. It ends settled: the destination has seen a whole pass over the memory after it. */
function moveSteps(lab: LabPlan, node: MachinePlan, cell: CellPlan, move: Move): string[] {
  const { number } = move;
  if (node.node === move.from) {
    const destination = lab.machines.find((each) => each.node === move.to)?.name ?? '';
    const to = addressOn(lab, destination, 'private');
    return [
      ...(cell.clock === 'virtual' ? [`sleep ${instantS(cell, number)}`] : []),
      `${mark(lab, node)} ${2 * number}`,
      ...zeroSteps(lab, node, cell, number, true),
      `cr_checkpoint --to ${to} --secret-file ${secret} --timeout 60 $pid >> ${events} || fail "migration ${number} failed"`,
      `${mark(lab, node)} ${2 * number + 1}`,
      `barrier_at --put pid=$pid ${2 * number} migrated > /dev/null`,
      `barrier_at ${2 * number + 1} settled`,
    ];
  }
  return [
    `${mark(lab, node)} ${2 * number}`,
    ...zeroSteps(lab, node, cell, number, false),
    `pid=$(barrier_at ${2 * number} migrated | sed -n 's/^pid=//p')`,
    `${mark(lab, node)} ${2 * number + 1}`,
    awaitWorkload(
      cell,
      ['mem_passes>=+2', `t_ns>=+${nanoseconds(cell.settleS)}`],
      `the process does not run after migration ${number}`,
    ),
    `barrier_at ${2 * number + 1} settled`,
  ];
}

const mark = (lab: LabPlan, node: MachinePlan) =>
  `mark --to ${addressOn(lab, peerOf(lab), lab.cluster.wire)} --machine ${node.name}`;

/**
 * Where in an interval a migration begins, s: the seed's share of the migration's instant. The golden ratio spreads
 * seeds that follow each other evenly (Weyl).
 */
const instantS = ({ seed, intervalS }: CellPlan, number: number): string =>
  (intervalS * (((seed + number) * 0.6180339887498949) % 1)).toFixed(6);

const stopWorkload = (cell: CellPlan): string[] => [
  'kill -TERM $pid',
  `await --file ${log} --timeout ${cell.timeoutS} --event workload-end 'exit>=0' || fail "the workload did not end"`,
];

/** Lines from an earlier stay on the node are older than the barrier before it, so they do not count. */
const awaitWorkload = (
  cell: CellPlan,
  conditions: readonly string[],
  otherwise: string,
  fresh = '--fresh ',
) => {
  const quoted = conditions.map((each) => `'${each}'`).join(' ');
  return `await ${fresh}--not workload-end --file ${log} --timeout ${cell.timeoutS} ${quoted} || fail "${otherwise}"`;
};

interface Move {
  number: number;
  from: number;
  to: number;
}

/** Between the first two nodes, forth and back; numbered from 1. */
const migrations = (cell: CellPlan): Move[] =>
  Array.from({ length: cell.repetitions }, (_, index) => ({
    number: index + 1,
    from: index % 2,
    to: (index + 1) % 2,
  }));

const nanoseconds = (seconds: number) => Math.round(seconds * 1e9);
