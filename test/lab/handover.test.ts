// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { addressOn } from '../../src/plan/lab.ts';
import { guestFiles, loadModule, startReceiver } from '../../src/plan/script.ts';
import { carryOut, lab } from './boot.ts';
import { patience } from './chosen.ts';
import { readAt, traffic } from './traffic.ts';

const { events, secret } = guestFiles;
const { atPeer, start, goesOn, end } = traffic('--role duplex --rate 5 --seed 11', 500_000);

/** Holds a local port of the shared address without a way to share it, until its standard input ends. */
const holdPort = `python3 -c 'import socket, sys
s = socket.socket(); s.bind(("${lab.cluster.address}", int(sys.argv[1]))); print("held", flush=True); sys.stdin.read()'`;

test(
  'a destination that is down, or that uses the port, is named before anything is frozen, and the process goes on',
  async () => {
    const move = (expected: string) =>
      `cr_checkpoint --to ${addressOn(lab, 'node-b', 'private')} --secret-file ${secret} --timeout 10 $pid >> ${events} ${expected}`;
    const boot = await carryOut('hand-over', (machine) => {
      if (machine.role === 'peer')
        return atPeer(
          'barrier_at 2 "receiver asked for" > /dev/null',
          'barrier_at 3 "port held" > /dev/null',
          'barrier_at 4 "port free"',
          'barrier_at 5 moved > /dev/null',
        );
      if (machine.name === 'node-b')
        return [
          ...loadModule(lab, machine),
          'mkfifo /run/miglab/hold /run/miglab/held',
          'barrier_at 1 listening',
          readAt('port', 2, 'receiver asked for'),
          ...startReceiver(lab, machine),
          `${holdPort} "$port" < /run/miglab/hold > /run/miglab/held & holder=$!`,
          'exec 9> /run/miglab/hold; read -r _ < /run/miglab/held',
          'barrier_at 3 "port held" > /dev/null',
          'barrier_at 4 "port free" > /dev/null & waiting=$!',
          'exec 9>&-; wait $holder; wait $waiting',
          readAt('pid', 5, 'moved'),
          goesOn,
          ...end,
        ];
      return [
        ...loadModule(lab, machine),
        'barrier_at 1 listening',
        ...start(5),
        move('&& fail "a destination that is down was accepted"'),
        goesOn,
        "port=$(ss -tnH dst 10.77.0.100 | sed -n 's/.*10\\.77\\.0\\.1:\\([0-9]*\\) .*/\\1/p')",
        'barrier_at --put port=$port 2 "receiver asked for" > /dev/null',
        'barrier_at 3 "port held" > /dev/null',
        move('&& fail "a port in use was accepted"'),
        goesOn,
        'barrier_at 4 "port free" > /dev/null',
        move('|| fail "the free port was refused"'),
        'barrier_at --put pid=$pid 5 moved > /dev/null',
      ];
    });
    expect(boot.problem).toBe('');
    const moves = boot.events('node-a', 'migration');
    expect(moves.map((each) => each.status)).toEqual([
      expect.stringMatching(/refused|aborted/),
      'refused',
      'ok',
    ]);
    expect(moves[1]?.reason).toContain('port-in-use');
    expect(moves.slice(0, 2).some((each) => each.freeze_ns)).toBe(false);
    expect(boot.events('peer', 'peer-end')[0]).toMatchObject({ rx_wrong: 0, exit: 0 });
    expect(boot.events('node-b', 'workload-end')[0]).toMatchObject({ rx_wrong: 0, mem_wrong: 0, exit: 0 });
  },
  patience * 240_000,
);
