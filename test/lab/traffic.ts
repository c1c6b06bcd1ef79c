// SPDX-License-Identifier: GPL-2.0-only
import { addressOn } from '../../src/plan/lab.ts';
import { guestFiles } from '../../src/plan/script.ts';
import { lab } from './boot.ts';

const { workload: log } = guestFiles;
const listen = `${addressOn(lab, 'peer', 'public')}:5000`;

/** Steps of a scenario in which a process on one node exchanges a verified stream with the peer. */
export interface Traffic {
  /** Listens, meets the nodes at barrier 1, and after `between` has verified all. */
  atPeer(...between: string[]): string[];
  /** Starts the process, as $pid, and waits until it goes on. */
  start(imageMb: number): string[];
  /** The process sends and receives at least so much from now on. */
  goesOn: string;
  /** Ends the process $pid in good order. */
  end: string[];
}

/** @param progressBytes what `goesOn` waits for in each direction */
export function traffic(options: string, progressBytes: number): Traffic {
  const program = `${options} --log ${log}`;
  const goesOn = `await --fresh --not workload-end --file ${log} --timeout 60 'tx_bytes>=+${progressBytes}' 'rx_bytes>=+${progressBytes}' || fail "the process does not go on"`;
  return {
    goesOn,
    atPeer: (...between) => [
      `workload peer --listen ${listen} ${program} & peer=$!`,
      'barrier_at 1 listening',
      ...between,
      'wait $peer || fail "peer: $?"',
    ],
    start: (imageMb) => [
      `cr_run workload --connect ${listen} --image-mb ${imageMb} ${program} > /dev/null 2>&1 < /dev/null & pid=$!`,
      goesOn,
    ],
    end: ['kill -TERM $pid', `await --file ${log} --timeout 60 --event workload-end 'exit>=0'`],
  };
}

/** Waits at a barrier for the number that its name stands for in another machine's steps, put there as NAME=VALUE. */
export const readAt = (name: string, barrier: number, what: string): string =>
  `${name}=$(barrier_at ${barrier} "${what}" | sed -n 's/^${name}=//p')`;
