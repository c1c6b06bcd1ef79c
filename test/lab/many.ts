// SPDX-License-Identifier: GPL-2.0-only
import { addressOn, type LabPlan, type MachinePlan } from '../../src/plan/lab.ts';
import { guestFiles, loadModule, startReceiver } from '../../src/plan/script.ts';

const { workload: log, events, secret } = guestFiles;
const errors = '/run/miglab/workload.err';

interface Many {
  connections: number;
  /** MB/s in each direction, of all together. */
  rateMbS: number;
  /** Before the process is started. */
  prepare?: string;
}

/** A process on node-a with many connections to the peer moves to node-b, goes on there, and ends; all is verified. */
export function manyMove(
  lab: LabPlan,
  machine: MachinePlan,
  { connections, rateMbS, prepare = ':' }: Many,
): string[] {
  const listen = `${addressOn(lab, 'peer', lab.cluster.wire)}:5000`;
  const options = `--role duplex --connections ${connections} --rate ${rateMbS} --seed 7 --chunk 4096 --report-ms 1000`;
  // Each of its connections has a line of its own in a report: not among the machine's events.
  if (machine.role === 'peer')
    return [
      `workload peer --listen ${listen} ${options} --wait 0 > /run/miglab/peer.jsonl & peer=$!`,
      'barrier_at 1 listening',
      'barrier_at 2 moved > /dev/null',
      'wait $peer || fail "peer: $?"',
      `grep '"event":"peer-end"' /run/miglab/peer.jsonl >> ${events}`,
    ];
  const node = [...loadModule(lab, machine), ...startReceiver(lab, machine), 'barrier_at 1 listening'];
  // Each of them twice, on average.
  const more = 2 * 4096 * connections;
  const goesOn = `await --fresh --not workload-end --file ${log} --timeout 120 'tx_bytes>=+${more}' 'rx_bytes>=+${more}' || fail "it does not go on: $(cat ${errors})"`;
  if (machine.name === 'node-a')
    return [
      ...node,
      prepare,
      `cr_run workload --connect ${listen} ${options} --log ${log} > /dev/null 2> ${errors} < /dev/null & pid=$!`,
      goesOn,
      `cr_checkpoint --to ${addressOn(lab, 'node-b', 'private')} --secret-file ${secret} --timeout 60 $pid >> ${events} 2> ${errors} || fail "$(cat ${errors})"`,
      'barrier_at --put pid=$pid 2 moved > /dev/null',
    ];
  return [
    ...node,
    `pid=$(barrier_at 2 moved | sed -n 's/^pid=//p')`,
    goesOn,
    'kill -TERM $pid',
    `await --file ${log} --timeout 120 --event workload-end 'exit>=0'`,
  ];
}
