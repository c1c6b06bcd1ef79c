// SPDX-License-Identifier: GPL-2.0-only
import { addressOn, type LabPlan, type MachinePlan } from './lab.ts';
import { peerPort } from './load.ts';
import { guestFiles, loadModule, startReceiver } from './script.ts';

/** The traffic of a lab that is used by hand. */
export interface Traffic {
  role: 'source' | 'sink' | 'duplex';
  /** 10^6 bytes a second that each side that sends is asked for. */
  rateMbS: number;
  /** Memory of the process, in 10^6 bytes. */
  imageMb: number;
}

const { workload: log, events, secret } = guestFiles;
const errors = '/run/miglab/workload.err';
/** Not cut, which who reads it may not notice. */
const newLog = `rm -f ${log}; : > ${log}`;
const prologue = ['set -eu', 'fail() { echo "$*" >&2; exit 1; }'];

/** Whatever is appended to the machine's log and events leaves it, as in an experiment. */
const forwardEvents = [
  'if ! pidof say > /dev/null; then',
  ...[log, events].map((file) => `: >> ${file}; say --forward ${file} < /dev/null > /dev/null 2>&1 &`),
  'fi',
];

/** Makes a node of a lab ready for migrations, unless it is. Pure, as are all scripts here; they run in a shell over SSH. */
export const readyNode = (lab: LabPlan, node: MachinePlan): string =>
  [
    ...prologue,
    `[ -e /proc/net/tcpmig ] || ${loadModule(lab, node).join('\n')}`,
    'if ! pidof cr_receiver > /dev/null; then',
    ...startReceiver(lab, node),
    'fi',
    ...forwardEvents,
  ].join('\n');

/** The peer's side: it listens when the script ends. */
export function listenAtPeer(lab: LabPlan, peer: MachinePlan, traffic: Traffic): string {
  const listen = `${addressOn(lab, peer.name, lab.cluster.wire)}:${peerPort}`;
  return [
    ...prologue,
    ...forwardEvents,
    newLog,
    `workload peer --listen ${listen} ${options(traffic)} --log ${log} > /dev/null 2> ${errors} &`,
    awaitEvent('peer-waiting', 'peer-end'),
  ].join('\n');
}

/** The process on a node: it has sent or received when the script ends, which prints its start event. */
export function startOnNode(lab: LabPlan, peer: MachinePlan, traffic: Traffic): string {
  const target = `${addressOn(lab, peer.name, lab.cluster.wire)}:${peerPort}`;
  const program = `workload --connect ${target} --image-mb ${traffic.imageMb} ${options(traffic)} --log ${log}`;
  return [
    ...prologue,
    newLog,
    `cr_run ${program} > /dev/null 2> ${errors} < /dev/null &`,
    awaitEvent('workload', 'workload-end'),
    `grep '"event":"workload-start"' ${log}`,
  ].join('\n');
}

/** Prints "PID NAME" of each process on a node that was started so that it can migrate. */
export const listMovable =
  'cd /proc; for p in [0-9]*; do ! grep -qs libcr.so $p/maps || echo "$p $(cat $p/comm)"; done';

/** Moves a process; prints the migration event, and on standard error what was wrong. */
export const movePid = (lab: LabPlan, pid: number, destination: string): string =>
  `cr_checkpoint --to ${addressOn(lab, destination, 'private')} --secret-file ${secret} --timeout 60 ${pid} | tee -a ${events}`;

export type Verdict = 'keep' | 'give-up';

/** Prints a line for each hand-over that the node knows of. */
export const listOnNode = 'cr_resolve || :';

/** Asks the other node about all that are not settled; prints a line for each of them. */
export const askOnNode = `cr_resolve --secret-file ${secret} | tee -a ${events}`;

/** Decides about one without the other node; prints a line. */
export const decideOnNode = (verdict: Verdict, id: string): string =>
  `cr_resolve --${verdict} ${id} | tee -a ${events}`;

/** Ends the process on a node in good order; prints its end event, with what it verified. */
export const stopOnNode = (pid: number): string =>
  [
    ...prologue,
    `kill -TERM ${pid}`,
    `await --file ${log} --timeout 60 --event workload-end 'exit>=0'`,
    `grep '"event":"workload-end"' ${log} | tail -n 1`,
  ].join('\n');

const options = ({ role, rateMbS }: Traffic) => `--role ${role} --rate ${rateMbS}`;

const awaitEvent = (event: string, not: string) =>
  `await --file ${log} --timeout 30 --event ${event} --not ${not} 't_ns>=0' 2> /dev/null || fail "$(cat ${errors})"`;
