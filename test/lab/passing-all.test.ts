// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { MachinePlan } from '../../src/plan/lab.ts';
import { endPeer, endServer, goOn, startPeer, startServer, takesAt } from '../../src/plan/passing.ts';
import { loadModule } from '../../src/plan/script.ts';
import { carryOut, lab } from './boot.ts';
import { patience } from './chosen.ts';
import { relayed, relaying } from './pass-relay.ts';
import { seenAtPeer } from './wire.ts';

const connections = 60;

/** Node-b keeps the segments of one of node-a's connections, for somebody else: CAPTURE of that tuple (tcpmig.h). */
const captureOne = String.raw`cat > /run/capture.py <<'PYTHON'
import fcntl, ipaddress, struct, sys, time
host, port = sys.argv[1].rsplit(":", 1)
mapped = lambda a: bytes(10) + b"\xff\xff" + ipaddress.ip_address(a).packed
capture = mapped("${lab.cluster.address}") + mapped(host) + struct.pack(">HH", 5000, int(port)) + bytes(8)
device = open("/dev/tcpmig", "r+b", 0)
fcntl.ioctl(device, 0xC0000000 | len(capture) << 16 | 0xB7 << 8 | 6, capture)
open("/run/captured", "w")
time.sleep(1000)
PYTHON`;

const all = (code: number, to: string) => [
  `code=0; tcpcp pass-all ${to} > /run/miglab/answer || code=$?`,
  `[ $code = ${code} ] || fail "pass-all: $code $(tail -n 3 /run/miglab/answer)"`,
];
const count = `$(tcpcp list | grep -c peer)`;
const answers = (status: string, said: string) =>
  `say ${said} have=$have "with=$(grep -c '"status":"${status}".*"with":'$have, /run/miglab/answer || :)" frozen=$(sed -n 's/^frozen //p' /proc/net/tcpmig)`;

function atA(): string[] {
  return [
    ...relaying,
    ...['barrier_at 2 connected', ...goOn(3), `have=${count}`],
    // Its second connection is somebody else's there: none is frozen, all go on.
    `tcpcp list | sed -n 's/.*"peer":"\\([^"]*\\)".*/\\1/p' | sort | sed -n 2p | send_name`,
    ...['barrier_at 3 captured', ...all(1, takesAt(lab, 'node-b'))],
    'grep -q \'"refusal":"captured"\' /run/miglab/answer || fail "not captured: $(tail -n 1 /run/miglab/answer)"',
    ...[answers('kept', 'refused'), ...goOn(3), 'barrier_at 4 refused'],
    // The commit is lost: all are in doubt, asked for, and go on.
    ...['relay cut@COMMIT', ...all(2, relayed), answers('in-doubt', 'doubted')],
    `until [ -z "$(tcpcp list | grep '"in_doubt":true')" ]; do sleep 0.05; done`,
    ...[`[ ${count} = $have ] || fail "${count} of $have are left"`, 'kill $relaying || :', ...goOn(3)],
    ...[...all(0, takesAt(lab, 'node-b')), answers('passed', 'passed')],
    '[ -z "$(tcpcp list)" ] || fail "some stayed: $(tcpcp list)"',
    '[ -z "$(ss -tnH state connected sport = :5000)" ] || fail "the origin still has some"',
    'code=0; tcpcp pass-all 127.0.0.1:1 > /run/miglab/answer || code=$?',
    `[ $code = 1 ] && grep -q 'no connection' /run/miglab/answer || fail "of nothing: $code"`,
    ...['barrier_at 5 passed', 'barrier_at 6 "all go on"', 'barrier_at 7 done'],
  ];
}

function atB(): string[] {
  return [
    captureOne,
    ...['barrier_at 2 connected', 'receive_name', 'python3 /run/capture.py $(cat /run/name) & capturing=$!'],
    'until [ -e /run/captured ]; do sleep 0.05; done',
    'barrier_at 3 captured',
    ...['barrier_at 4 refused', 'kill $capturing; wait $capturing || :'],
    'barrier_at 5 passed',
    ...[...goOn(connections), 'barrier_at 6 "all go on"', 'barrier_at 7 done', ...endServer],
  ];
}

/** One line from node-a to node-b, over the private wire. */
const sendName = `send_name() { python3 -c 'import socket, sys, time
c = socket.socket()
while c.connect_ex(("${takesAt(lab, 'node-b').split(':')[0]}", 7300)): c.close(); time.sleep(0.05); c = socket.socket()
c.sendall(sys.stdin.buffer.read())'; }`;
const receiveName = `receive_name() { python3 -c 'import socket
c = socket.create_server(("${takesAt(lab, 'node-b').split(':')[0]}", 7300)).accept()[0]
open("/run/name", "wb").write(c.recv(100))'; }`;

function steps(machine: MachinePlan): string[] {
  if (machine.role === 'peer')
    return [
      ...['barrier_at 1 listening', ...startPeer(lab, connections, 0.02)],
      `until [ "$(ss -tnH state established dport = :5000 | wc -l)" = ${connections} ]; do sleep 0.05; done`,
      ...['connected', 'captured', 'refused', 'passed'].map(
        (what, index) => `barrier_at ${index + 2} ${what}`,
      ),
      ...['barrier_at 6 "all go on"', ...endPeer, 'barrier_at 7 done'],
    ];
  return [
    ...loadModule(lab, machine),
    ...startServer(lab, machine, '--timeout 60000'),
    ...[sendName, receiveName, 'barrier_at 1 listening'],
    ...(machine.name === 'node-a' ? atA() : atB()),
  ];
}

test(
  'all connections of a server are passed in one hand-over, or none: refused, in doubt, and passed; every byte is right',
  async () => {
    const boot = await carryOut('passed together', steps, { timeoutS: 300 });
    expect(boot.problem).toBe('');
    const said = (event: string) =>
      boot.events('node-a', event)[0] as Record<'have' | 'with' | 'frozen', string>;
    const have = Number(said('refused').have);
    expect(have).toBeGreaterThan(2);
    expect(said('refused')).toMatchObject({ with: `${have}`, frozen: '0' });
    expect(said('doubted')).toMatchObject({ with: `${have}`, frozen: `${have}` });
    expect(said('passed')).toMatchObject({ with: `${have}`, frozen: `${2 * have}` });

    const arrived = boot.events('node-b', 'arrived');
    expect(arrived).toHaveLength(have);
    expect(new Set(arrived.map((one) => one.with))).toEqual(new Set([have]));
    const ends = boot.events('peer', 'peer');
    expect(ends).toHaveLength(connections);
    expect(ends.filter(({ wrong, state }) => wrong !== 0 || state !== 'eof')).toEqual([]);
    const served = new Map(boot.events('node-b', 'end').map((end) => [end.peer, end]));
    for (const { port, sent, received } of ends)
      expect(served.get(`10.77.0.100:${port}`)).toMatchObject({ served: received, received: sent, wrong: 0 });
    expect(await seenAtPeer(boot)).toMatchObject({ resets: 0 });
  },
  patience * 400_000,
);
