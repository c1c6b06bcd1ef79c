// SPDX-License-Identifier: GPL-2.0-only
import { addressOn, type LabPlan, type MachinePlan } from './lab.ts';

const barrierPort = 7000;

/** Files of a machine that carries out a scenario; what is appended to the first two leaves as events. */
export const guestFiles = {
  workload: '/run/miglab/workload.jsonl',
  events: '/run/miglab/events.jsonl',
  secret: '/etc/miglab/secret',
};

/**
 * A machine's scenario: a shell script that it carries out by itself, with the barriers that keep the machines in step.
 * `steps` may use `barrier_at N NAME`, `fail REASON`, and everything in /opt/miglab/bin. Pure.
 *
 * @param endTogether the machines wait for each other at the end; not where one of them loses its power
 */
export function scenarioScript(
  lab: LabPlan,
  machine: MachinePlan,
  title: string,
  timeoutS: number,
  steps: readonly string[],
  endTogether = true,
): string {
  const member = `--server ${barrierServer(lab)} --member ${machine.name}`;
  const { workload, events } = guestFiles;
  return [
    '#!/bin/sh',
    `# ${machine.name}: ${title}`,
    'set -eu',
    `echo ${machine.name} > /run/miglab/machine`,
    `barrier_at() { barrier wait ${member} --timeout ${timeoutS} "$@"; }`,
    `fail() { say scenario-end status=failed "reason=$*"; barrier fail ${member} "$*" || :; exit 1; }`,
    `: >> ${workload}; : >> ${events}`,
    `say --forward ${workload} & workload_forwarder=$!`,
    `say --forward ${events} & events_forwarder=$!`,
    ...serveBarriers(lab, machine),
    ...steps,
    '# The forwarders end when they have passed on what is there.',
    'kill $workload_forwarder $events_forwarder; wait $workload_forwarder $events_forwarder || :',
    'say scenario-end status=ok',
    ...(endTogether ? ['barrier_at 9999 end'] : []),
    ...(machine === barrierHost(lab) ? [leaveLast] : []),
    '',
  ].join('\n');
}

/** The module in a machine. */
export const modulePath = '/opt/miglab/module/tcpmig.ko';

/** Loads the module as a member of the single-IP cluster. `options` are further module parameters. */
export const loadModule = (lab: LabPlan, node: MachinePlan): string[] => [
  `insmod ${modulePath} address=${lab.cluster.address} device=${lab.cluster.wire} group=${lab.cluster.group} nodes=${lab.cluster.nodes} node=${node.node} || fail "the module cannot be loaded: $(dmesg | tail -n 3)"`,
];

/** Starts the receiver of migrating processes on the node's private address. */
export const startReceiver = (lab: LabPlan, node: MachinePlan): string[] => [
  `cr_receiver --listen ${addressOn(lab, node.name, 'private')} --secret-file ${guestFiles.secret} > /run/miglab/receiver.log 2>&1 & receiver=$!`,
];

function serveBarriers(lab: LabPlan, machine: MachinePlan): string[] {
  if (machine !== barrierHost(lab)) return [];
  return [`barrier serve --listen ${barrierServer(lab)} --members ${lab.machines.length} &`];
}

/**
 * The last answers go through the barrier host's QEMU: it stays until everybody has theirs, 10 s at most. Who has closed
 * the connection has; its machine may be off before it acknowledges that this one closes too (LAST-ACK). On the virtual
 * clock what was sent arrives, and nobody closes a connection before it ends.
 */
const leaveLast = `left=200; ! grep -q miglab.end= /proc/cmdline || left=0; while [ $left -gt 0 ] && [ -n "$(ss -tnH state connected exclude time-wait exclude last-ack sport = :${barrierPort})" ]; do sleep 0.05; left=$((left - 1)); done`;

const barrierHost = (lab: LabPlan) => lab.machines.find(({ role }) => role === 'peer') ?? lab.machines[0];

const barrierServer = (lab: LabPlan) =>
  `${addressOn(lab, barrierHost(lab)?.name ?? '', 'control')}:${barrierPort}`;
