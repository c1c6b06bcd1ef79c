// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { addressOn } from '../../src/plan/lab.ts';
import { guestFiles, loadModule, startReceiver } from '../../src/plan/script.ts';
import { carryOut, lab } from './boot.ts';
import { patience } from './chosen.ts';
import { readAt, traffic } from './traffic.ts';

const { events, secret } = guestFiles;
const ours = lab.cluster.address;
const theirs = addressOn(lab, 'peer', 'public');
const { atPeer, start, goesOn, end } = traffic('--role duplex --rate 5 --seed 21', 500_000);
const counters = 'say counters "text=$(cat /proc/net/tcpmig)"';
const states = ['established', 'device-bound', 'time-wait', 'handshake'];

/**
 * Connections with both ends on this machine, one of them with the numbers of the one that wants to come: the peer's
 * address is made a local one for them. Held until descriptor 9 is closed.
 */
const holdTuples = [
  `cat > /run/miglab/hold-tuples.py <<'END'\n${readFileSync('test/lab/hold-tuples.py', 'utf8')}END`,
  `ip route add local ${theirs} dev lo src ${ours}`,
  'mkfifo /run/miglab/hold /run/miglab/held',
  `python3 /run/miglab/hold-tuples.py ${ours} $port ${theirs} 5000 < /run/miglab/hold > /run/miglab/held & holder=$!`,
  'exec 9> /run/miglab/hold 8< /run/miglab/held',
  'tuples=; while read -r line <&8 && [ "$line" != held ]; do tuples="$tuples $line"; done',
  '[ "$tuples" ] || fail "no tuple is held"',
];

/** Asks for each of the tuples, and takes them if it gets them. */
const askForTuples = [
  'set -- $tuples',
  'while [ $# -gt 0 ]; do',
  `  tcpmig-move check --listen ${ours}:$2 --connect ${theirs}:$3 --captures 1 | sed "s/{/{\\"held\\":\\"$1\\",/" >> ${events}`,
  '  shift 3',
  'done',
];

const releaseTuples = [
  'exec 9>&-',
  `cat <&8 >> ${events}; wait $holder || fail "held connections: $?"; exec 8<&-`,
  `ip route del local ${theirs} dev lo`,
];

test(
  'a tuple in use at the destination is refused by name before anything is frozen, and who uses it goes on',
  async () => {
    const move = (expected: string) =>
      `cr_checkpoint --to ${addressOn(lab, 'node-b', 'private')} --secret-file ${secret} --timeout 10 $pid >> ${events} ${expected}`;
    const boot = await carryOut('tuple in use', (machine) => {
      if (machine.role === 'peer')
        return atPeer(
          'barrier_at 2 "port known" > /dev/null',
          'barrier_at 3 "tuples held"',
          'barrier_at 4 refused',
          'barrier_at 5 "tuples free"',
          'barrier_at 6 moved > /dev/null',
        );
      if (machine.name === 'node-b')
        return [
          ...loadModule(lab, machine),
          'barrier_at 1 listening',
          readAt('port', 2, 'port known'),
          ...startReceiver(lab, machine),
          ...holdTuples,
          ...askForTuples,
          'barrier_at 3 "tuples held"',
          'barrier_at 4 refused',
          ...askForTuples,
          // Nobody's tuple: of two that want it at once one gets it.
          `tcpmig-move check --listen ${ours}:7777 --connect ${theirs}:7777 --captures 2 | sed 's/{/{"held":"captured",/' >> ${events}`,
          counters,
          ...releaseTuples,
          'barrier_at 5 "tuples free"',
          readAt('pid', 6, 'moved'),
          goesOn,
          ...end,
        ];
      return [
        ...loadModule(lab, machine),
        'barrier_at 1 listening',
        ...start(2),
        `port=$(ss -tnH dst ${theirs} | sed -n 's/.*${ours}:\\([0-9]*\\) .*/\\1/p')`,
        'barrier_at --put port=$port 2 "port known" > /dev/null',
        'barrier_at 3 "tuples held"',
        move('&& fail "a tuple in use was accepted"'),
        goesOn,
        counters,
        'barrier_at 4 refused',
        'barrier_at 5 "tuples free"',
        move('|| fail "the free tuple was refused"'),
        'barrier_at --put pid=$pid 6 moved > /dev/null',
      ];
    });
    expect(boot.problem).toBe('');

    const asked = (event: string, held: string) =>
      boot.events('node-b', event).filter((each) => each.held === held);
    const inUse = { refusal: 'tuple-in-use' };
    for (const state of states)
      for (const event of ['check', 'capture'])
        expect(asked(event, state), `${event} ${state}`).toMatchObject([inUse, inUse]);
    expect(asked('capture', 'captured')).toMatchObject([{ refusal: 'ok' }, { refusal: 'captured' }]);

    const moves = boot.events('node-a', 'migration');
    expect(moves).toMatchObject([{ status: 'refused' }, { status: 'ok' }]);
    expect(moves[0]?.reason).toContain('tuple-in-use');
    expect(moves[0]?.freeze_ns).toBeFalsy();
    const counter = (node: string, name: string) =>
      Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(String(boot.events(node, 'counters')[0]?.text))?.[1]);
    expect(counter('node-a', 'frozen')).toBe(0);
    expect(counter('node-b', 'captured')).toBe(0);
    expect(counter('node-b', 'refused-captured')).toBe(1);
    // Asked twice with and twice without capturing, in four states; and once by the migration.
    expect(counter('node-b', 'refused-tuple-in-use')).toBe(4 * states.length + 1);

    const [held] = boot.events('node-b', 'held');
    expect(held).toMatchObject({ wrong: 0, live: ['device-bound', 'established', 'handshake'] });
    expect(held?.rounds).toBeGreaterThan(0);
    expect(boot.events('peer', 'peer-end')[0]).toMatchObject({ rx_wrong: 0, exit: 0 });
    expect(boot.events('node-b', 'workload-end')[0]).toMatchObject({ rx_wrong: 0, mem_wrong: 0, exit: 0 });
  },
  patience * 240_000,
);
