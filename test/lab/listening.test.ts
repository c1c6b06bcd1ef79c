// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { addressOn, type MachinePlan } from '../../src/plan/lab.ts';
import { guestFiles, loadModule, startReceiver } from '../../src/plan/script.ts';
import { carryOut, lab } from './boot.ts';
import { readAt } from './traffic.ts';
import { seenAtPeer } from './wire.ts';

const { events, secret } = guestFiles;
const shared = addressOn(lab, 'node-a', 'public');
const b = addressOn(lab, 'node-b', 'private');
const PORT = 6000;
const EACH = 40;

/** Accepts nobody before SIGUSR1; then each, and answers its line with the name of the machine. */
const server = `
import signal, socket, time
go = []
signal.signal(signal.SIGUSR1, lambda *_: go.append(1))
s = socket.create_server(("${shared}", ${PORT}), backlog=1000)
while not go:
    time.sleep(0.05)
while True:
    c, _ = s.accept()
    line = c.makefile().readline().strip()
    c.sendall(f"{line} {socket.gethostname()}".encode())
    c.close()
`;

/** Connects before the move, all through it, and after it; says how it went, and at the end what was answered. */
const client = `
import json, os, socket, time
held, refused = [], 0
def attempt():
    global refused
    s = socket.socket()
    s.settimeout(60)
    try:
        s.connect(("${shared}", ${PORT}))
    except ConnectionRefusedError:
        refused += 1
        return
    s.sendall(f"{len(held)}\\n".encode())
    held.append(s)
def say(event, **values):
    print(json.dumps({"event": event, **values}), flush=True)
def stage(name, condition):
    global refused
    before, refused = len(held), 0
    n = 0
    while condition(n):
        attempt()
        n += 1
    say(name, connected=len(held) - before, refused=refused)
few = lambda n: n < ${EACH}
def moving(n):
    time.sleep(0.01)
    return not os.path.exists("/run/miglab/there")
stage("before", few)
stage("meanwhile", moving)
stage("after", few)
answers = []
for s in held:
    answer = b""
    while more := s.recv(100):
        answer += more
    answers.append(answer.decode())
say("answers", right=sum(a == f"{i} node-b" for i, a in enumerate(answers)), of=len(answers))
`;

const script = (name: string, text: string) => `cat > /run/miglab/${name}.py <<'PYTHON'${text}PYTHON`;

function steps(machine: MachinePlan): string[] {
  if (machine.role === 'peer')
    return [
      script('client', client),
      'mkfifo /run/miglab/said',
      'barrier_at 1 listening',
      `{ python3 /run/miglab/client.py | tee -a ${events} > /run/miglab/said; } & client=$!`,
      'exec 8< /run/miglab/said; read -r _ <&8',
      'barrier_at 2 connected',
      'barrier_at 3 there > /dev/null; touch /run/miglab/there',
      'read -r _ <&8; read -r _ <&8',
      'barrier_at 4 accept',
      'read -r _ <&8',
      'barrier_at 5 answered',
    ];
  const node = [...loadModule(lab, machine), ...startReceiver(lab, machine)];
  if (machine.name === 'node-b')
    return [
      ...node,
      'barrier_at 1 listening',
      'barrier_at 2 connected',
      readAt('pid', 3, 'there'),
      'barrier_at 4 accept',
      'kill -USR1 $pid',
      'barrier_at 5 answered',
      'kill -KILL $pid',
    ];
  return [
    ...node,
    script('server', server),
    'cr_run python3 /run/miglab/server.py > /run/miglab/server.err 2>&1 < /dev/null & pid=$!',
    `until ss -ltnH | grep -q ${shared}:${PORT}; do sleep 0.1; done`,
    'barrier_at 1 listening',
    'barrier_at 2 connected',
    `cr_checkpoint --to ${b} --secret-file ${secret} $pid >> ${events} || fail "it does not move"`,
    'barrier_at --put pid=$pid 3 there > /dev/null',
    'barrier_at 4 accept',
    'barrier_at 5 answered',
  ];
}

test('a server moves with its listening socket, what nobody has accepted, and all who come meanwhile', async () => {
  const boot = await carryOut('listening', steps);
  expect(boot.problem).toBe('');
  expect(boot.events('node-a', 'migration')[0]).toMatchObject({
    status: 'ok',
    connections: [{ lport: PORT, rport: 0 }],
  });
  const [before] = boot.events('peer', 'before');
  const [meanwhile] = boot.events('peer', 'meanwhile');
  const [after] = boot.events('peer', 'after');
  // A part of the SYNs belongs to the node where nobody listens: those are refused, until the server is there.
  expect(before?.connected).toBeGreaterThan(0);
  expect(before?.refused).toBeGreaterThan(0);
  expect(meanwhile?.connected).toBeGreaterThan(0);
  expect(after).toMatchObject({ connected: EACH, refused: 0 });
  const held = Number(before?.connected) + Number(meanwhile?.connected) + EACH;
  expect(boot.events('peer', 'answers')[0]).toMatchObject({ right: held, of: held });
  const { resets } = await seenAtPeer(boot);
  expect(resets).toBe(Number(before?.refused) + Number(meanwhile?.refused));
}, 240_000);
