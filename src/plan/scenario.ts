// SPDX-License-Identifier: GPL-2.0-only
import type { CellPlan } from './experiment.ts';
import { addressOn, type LabPlan, type MachinePlan } from './lab.ts';

const peerPort = 5000;
const barrierPort = 7000;
const log = '/run/miglab/workload.jsonl';
const events = '/run/miglab/events.jsonl';
const secret = '/etc/miglab/secret';

/**
 * The shell script that one machine carries out by itself in a cell: traffic, then the migrations, forth and back.
 * The machines keep step by numbered barriers over the control wire; the host only watches. Pure.
 */
export function cellScenario(lab: LabPlan, machine: MachinePlan, cell: CellPlan): string {
  const body = machine.role === 'peer' ? peerSteps(lab, machine, cell) : nodeSteps(lab, machine, cell);
  return [...prelude(lab, machine, cell), ...body, 'say scenario-end status=ok', ''].join('\n');
}

function prelude(lab: LabPlan, machine: MachinePlan, cell: CellPlan): string[] {
  const server = barrierServer(lab);
  return [
    '#!/bin/sh',
    `# ${machine.name}: ${cell.id}, seed ${cell.seed}`,
    'set -eu',
    `barrier_at() { barrier wait --server ${server} --member ${machine.name} --timeout ${cell.timeoutS} "$@"; }`,
    `fail() { say scenario-end status=failed "reason=$*"; barrier fail --server ${server} --member ${machine.name} "$*" || :; exit 1; }`,
    `: >> ${log}; : >> ${events}`,
    `say --forward ${log} & log_forwarder=$!`,
    `say --forward ${events} & event_forwarder=$!`,
  ];
}

const finish = [
  '# The forwarders end when they have passed on what is there.',
  'kill $log_forwarder $event_forwarder; wait $log_forwarder $event_forwarder || :',
];

function peerSteps(lab: LabPlan, peer: MachinePlan, cell: CellPlan): string[] {
  const members = lab.machines.length;
  const listen = `${addressOn(lab, peer.name, lab.cluster.wire)}:${peerPort}`;
  return [
    `barrier serve --listen ${barrierServer(lab)} --members ${members} &`,
    `workload peer --listen ${listen} ${traffic(cell, cell.peerRateMbS)} --log ${log} & peer=$!`,
    'barrier_at 1 listening',
    ...migrations(cell).flatMap(({ number }) => [
      `barrier_at ${2 * number} migrated`,
      `barrier_at ${2 * number + 1} settled`,
    ]),
    'wait $peer || fail "the peer\'s verifier ended with $?"',
    ...finish,
    'barrier_at 9999 end',
  ];
}

function nodeSteps(lab: LabPlan, node: MachinePlan, cell: CellPlan): string[] {
  const first = lab.machines.find((machine) => machine.node === 0)?.name;
  const start =
    node.name === first ? startWorkload(lab, cell) : ['barrier_at 1 listening > /run/miglab/shared'];
  return [
    ...loadModule(lab, node),
    `cr_receiver --listen ${addressOn(lab, node.name, 'private')} --secret-file ${secret} > /run/miglab/receiver.log 2>&1 & receiver=$!`,
    ...start,
    ...migrations(cell).flatMap((move) => moveSteps(lab, node, cell, move)),
    ...stopWorkload(node, cell),
    `say module "counters=$(cat /proc/net/tcpmig)"`,
    ...finish,
    'barrier_at 9999 end',
  ];
}

export const loadModule = (lab: LabPlan, node: MachinePlan): string[] => [
  `insmod /opt/miglab/module/tcpmig.ko address=${lab.cluster.address} device=${lab.cluster.wire} group=${lab.cluster.group} nodes=${lab.cluster.nodes} node=${node.node} || fail "the module cannot be loaded: $(dmesg | tail -n 3)"`,
];

function startWorkload(lab: LabPlan, cell: CellPlan): string[] {
  const peer = lab.machines.find(({ role }) => role === 'peer')?.name ?? '';
  const target = `${addressOn(lab, peer, lab.cluster.wire)}:${peerPort}`;
  const buffer = cell.rcvbuf > 0 ? ` --rcvbuf ${cell.rcvbuf}` : '';
  return [
    'barrier_at 1 listening',
    `cr_run workload --connect ${target} --image-mb ${cell.imageMb} ${traffic(cell, cell.rateMbS)}${buffer} --log ${log} > /dev/null 2> /run/miglab/workload.err < /dev/null & pid=$!`,
    `await --file ${log} --timeout ${cell.timeoutS} 'mem_passes>=1' || fail "no traffic: $(cat /run/miglab/workload.err)"`,
    `await --file ${log} --timeout ${cell.timeoutS} 't_ns>=+${seconds(cell.warmUpS)}' || fail "the workload stopped in the warm-up"`,
  ];
}

/** One migration: the machine that has the process is the origin. Each ends settled: a pass over the memory after it. */
function moveSteps(lab: LabPlan, node: MachinePlan, cell: CellPlan, move: Move): string[] {
  const { number } = move;
  const nodes = lab.machines.filter(({ role }) => role === 'node');
  const origin = nodes[move.from]?.name ?? '';
  const destination = nodes[move.to]?.name ?? '';
  const peer = lab.machines.find(({ role }) => role === 'peer')?.name ?? '';
  const mark = `mark --to ${addressOn(lab, peer, lab.cluster.wire)} --machine ${node.name}`;
  if (node.name === origin) {
    const to = addressOn(lab, destination, 'private');
    return [
      `${mark} ${2 * number}`,
      `cr_checkpoint --to ${to} --secret-file ${secret} --timeout 60 $pid >> ${events} || fail "migration ${number} failed"`,
      `${mark} ${2 * number + 1}`,
      `barrier_at ${2 * number} migrated --put pid=$pid`,
      `barrier_at ${2 * number + 1} settled`,
    ];
  }
  return [
    `${mark} ${2 * number}`,
    `pid=$(barrier_at ${2 * number} migrated | sed -n 's/^pid=//p')`,
    `${mark} ${2 * number + 1}`,
    `await --file ${log} --timeout ${cell.timeoutS} 'mem_passes>=+2' || fail "the process does not run after migration ${number}"`,
    `await --file ${log} --timeout ${cell.timeoutS} 't_ns>=+${seconds(cell.settleS)}' || fail "the process stopped after migration ${number}"`,
    `barrier_at ${2 * number + 1} settled`,
  ];
}

function stopWorkload(node: MachinePlan, cell: CellPlan): string[] {
  const last = cell.repetitions % 2;
  if (node.node !== last) return [];
  return [
    'kill -TERM $pid',
    `await --file ${log} --timeout ${cell.timeoutS} 'ended>=1' || fail "the workload did not end"`,
  ];
}

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

const traffic = (cell: CellPlan, rate: number) => `--role ${cell.role} --rate ${rate} --seed ${cell.seed}`;

const seconds = (value: number) => Math.round(value * 1e9);

function barrierServer(lab: LabPlan): string {
  const host = lab.machines.find(({ role }) => role === 'peer') ?? lab.machines[0];
  return `${addressOn(lab, host?.name ?? '', 'control')}:${barrierPort}`;
}
