// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { addressOn } from '../../src/plan/lab.ts';
import { guestFiles, loadModule } from '../../src/plan/script.ts';
import { carryOut, lab } from './boot.ts';
import { patience } from './chosen.ts';

const { events } = guestFiles;
const flips = 3000;
const lives = 200;
const stateFile = '/run/miglab/state';
const place = `("${addressOn(lab, 'node-b', 'private')}", 7300)`;

/** What one node sends of its standard input is the other's standard output. */
const receive = `python3 -c 'import socket, sys
c = socket.create_server(${place}).accept()[0]
while data := c.recv(65536): sys.stdout.buffer.write(data)'`;
const send = `python3 -c 'import socket, sys, time
c = socket.socket()
while c.connect_ex(${place}): c.close(); time.sleep(0.1); c = socket.socket()
c.sendall(sys.stdin.buffer.read())'`;

/** Half of the attempts are the other node's, which does not listen and says so. */
const connectUntilAccepted = (options: string) => [
  'transfer() {',
  `  until tcpmig-move peer --connect ${lab.cluster.address}:5000 ${options} > /run/miglab/transfer; do`,
  `    grep -q '"state":"refused"' /run/miglab/transfer || return 1`,
  '  done',
  `  cat /run/miglab/transfer >> ${events}`,
  '}',
  'transfer & peer=$!',
];

/** Sockets, sessions and what the kernel thinks of itself. The console is quiet: warnings are only in the log. */
const measure =
  'say health "warnings=$(dmesg | grep -E "WARNING|BUG|Oops|lockup|stall|refcount_t|Call Trace" || :)" "sockets=$(grep ^TCP: /proc/net/sockstat)" "sessions=$(cat /sys/module/tcpmig/refcnt)" "tainted=$(cat /proc/sys/kernel/tainted)" "counters=$(cat /proc/net/tcpmig)"';

/** A warning, an oops and a lockup each set a bit (Documentation/admin-guide/tainted-kernels.rst). */
const seriousTaint = (1 << 7) | (1 << 9) | (1 << 14);

test(
  'a state that is wrong in any way is refused, leaves nothing behind, and does not touch the connection it came from',
  async () => {
    const boot = await carryOut('tampered states', (machine) => {
      if (machine.role === 'peer')
        return [
          // A long way at first: what is sent is not acknowledged before the state is taken, so that all queues are filled.
          'modprobe sch_netem; tc qdisc add dev public root netem delay 1000ms limit 100000',
          'barrier_at 1 listening',
          ...connectUntilAccepted('--bytes 60000000 --reply 4000000 --hold 2000'),
          'barrier_at 2 saved',
          // A slow one then, so that it lasts.
          'tc qdisc change dev public root netem delay 0 rate 8mbit limit 100000',
          'barrier_at 3 "tampered with"',
          'kill -0 $peer || fail "the connection ended too early"',
          'tc qdisc del dev public root',
          'wait $peer || fail "peer: $(cat /run/miglab/transfer)"',
          'barrier_at 4 done',
        ];
      if (machine.name === 'node-b')
        return [
          ...loadModule(lab, machine),
          `${receive} > ${stateFile} & receiving=$!`,
          'barrier_at 1 listening',
          'wait $receiving',
          'barrier_at 2 saved',
          measure,
          `tcpmig-tamper --state ${stateFile} --flips ${flips} --lives ${lives} --seed 7 >> ${events} || :`,
          measure,
          'barrier_at 3 "tampered with"',
          'barrier_at 4 done',
        ];
      return [
        ...loadModule(lab, machine),
        `tcpmig-move node --listen ${lab.cluster.address}:5000 --every 300 --save ${stateFile} >> ${events} & serving=$!`,
        `until ss -tlnH | grep -q ':5000 '; do sleep 0.1; done`,
        'barrier_at 1 listening',
        `await --file ${events} --timeout 60 --event saved 'state_bytes>=1'`,
        `${send} < ${stateFile}`,
        'barrier_at 2 saved',
        'barrier_at 3 "tampered with"',
        'barrier_at 4 done',
        'kill $serving; wait $serving || :',
        measure,
      ];
    });
    expect(boot.problem).toBe('');

    expect(boot.events('node-b', 'unexpected')).toEqual([]);
    expect(boot.events('node-b', 'tamper-end')).toMatchObject([{ unexpected: 0 }]);
    const trials = boot.events('node-b', 'tamper') as { kind: string; tried: number; refused: number }[];
    const tried = Object.fromEntries(trials.map((each) => [each.kind, each.tried]));
    expect(tried).toMatchObject({ missing: expect.any(Number), flips });
    expect(Math.min(...trials.map((each) => each.tried))).toBeGreaterThan(0);

    const [saved] = boot.events('node-a', 'saved');
    for (const queue of ['rcv_queue', 'rtx_queue', 'write_queue'])
      expect(saved?.[queue], queue).toBeGreaterThan(0);
    expect(boot.events('node-a', 'connection')).toMatchObject([
      { rx_bytes: 60_000_000, rx_wrong: 0, state: 'done' },
    ]);
    expect(boot.events('peer', 'peer')).toMatchObject([{ rx_bytes: 4_000_000, rx_wrong: 0, state: 'eof' }]);

    const [before, after] = boot.events('node-b', 'health');
    const sockets = (health: typeof before, name: string) => numberIn(health?.sockets, name);
    expect(sockets(after, 'inuse')).toBeLessThanOrEqual(sockets(before, 'inuse'));
    expect(sockets(after, 'alloc')).toBeLessThanOrEqual(sockets(before, 'alloc'));
    const counter = (name: string) => numberIn(after?.counters, name);
    expect(counter('built')).toBe(counter('activated') + counter('discarded'));
    expect(counter('frozen')).toBe(counter('committed') + counter('aborted'));
    // And four sizes that are none, one of them RECEIVE's, and a state without CAPTURE.
    const refused = trials
      .filter((each) => each.kind !== 'calls')
      .reduce((sum, each) => sum + each.refused, 0);
    expect(counter('refused-bad-state')).toBe(refused + 5);
    for (const node of ['node-a', 'node-b'])
      for (const health of boot.events(node, 'health')) {
        expect(Number(health.sessions)).toBe(0);
        expect(health.warnings).toBe('');
        expect(Number(health.tainted) & seriousTaint).toBe(0);
      }
  },
  patience * 240_000,
);

const numberIn = (text: unknown, name: string): number =>
  Number(new RegExp(`\\b${name} (\\d+)`).exec(String(text))?.[1] ?? Number.NaN);
