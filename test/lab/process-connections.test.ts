// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { addressOn, type MachinePlan } from '../../src/plan/lab.ts';
import { guestFiles, loadModule, startReceiver } from '../../src/plan/script.ts';
import { carryOut, lab } from './boot.ts';
import { readAt, traffic } from './traffic.ts';
import { seenAtPeer } from './wire.ts';

const { workload: log, events, secret } = guestFiles;
const atPeer = addressOn(lab, 'peer', 'public');
const [a, b] = ['node-a', 'node-b'].map((name) => addressOn(lab, name, 'private'));
const move = (to = '') =>
  `cr_checkpoint --to ${to} --secret-file ${secret} $pid >> ${events} || fail "it does not move to ${to}"`;
const five = traffic('--role duplex --connections 5 --rate 5 --seed 3', 1_000_000);

function fiveConnections(machine: MachinePlan): string[] {
  if (machine.role === 'peer') return five.atPeer('barrier_at 2 there > /dev/null', 'barrier_at 3 back');
  const node = [...loadModule(lab, machine), ...startReceiver(lab, machine), 'barrier_at 1 listening'];
  if (machine.name === 'node-b')
    return [...node, readAt('pid', 2, 'there'), five.goesOn, move(a), 'barrier_at 3 back'];
  return [
    ...node,
    ...five.start(5),
    move(b),
    'barrier_at --put pid=$pid 2 there > /dev/null',
    'barrier_at 3 back',
    five.goesOn,
    ...five.end,
  ];
}

test('a process with five connections moves forth and back, and every byte of each is right in both directions', async () => {
  const boot = await carryOut('five connections', fiveConnections);
  expect(boot.problem).toBe('');
  for (const node of ['node-a', 'node-b']) {
    const [moved] = boot.events(node, 'migration');
    expect(moved).toMatchObject({ status: 'ok' });
    const connections = moved?.connections as { lport: number }[] | undefined;
    expect(new Set(connections?.map(({ lport }) => lport)).size).toBe(5);
  }
  const complete = { connections: 5, rx_wrong: 0, rx_missing: 0, exit: 0, endings: { eof: 5 } };
  expect(boot.events('peer', 'peer-end')[0]).toMatchObject(complete);
  expect(boot.events('node-a', 'workload-end')[0]).toMatchObject({ ...complete, mem_wrong: 0 });
  expect(await seenAtPeer(boot)).toMatchObject({ resets: 0 });
}, 240_000);

/** The peer sends all it has and its FIN; the process has read a part of that, and goes on sending. */
const sizes = { fromPeer: 100_000, readFirst: 40_000 };
const halfClosed = {
  server: `
import json, random, socket
s = socket.create_server(("${atPeer}", 5200))
print("listening", flush=True)
c, _ = s.accept()
c.sendall(random.Random(1).randbytes(${sizes.fromPeer}))
c.shutdown(socket.SHUT_WR)
stream, got = random.Random(2).randbytes(1 << 20), 0
wrong = 0
while data := c.recv(1 << 16):
    expected = b"".join(stream[(got + i) % len(stream):][:len(data) - i] for i in (0, len(stream) - got % len(stream)) if i < len(data))
    wrong += data != expected
    got += len(data)
print(json.dumps({"event": "half-closed-server", "rx_bytes": got, "pieces_wrong": wrong}), flush=True)
`,
  client: `
import json, os, random, signal, socket, time
ending = False
def end(*_):
    global ending
    ending = True
signal.signal(signal.SIGTERM, end)
log = open("${log}", "a", buffering=1)
s = socket.create_connection(("${atPeer}", 5200))
def receive(size):
    data = b""
    while len(data) < size and (more := s.recv(size - len(data))):
        data += more
    return data
first = receive(${sizes.readFirst})
stream, sent = random.Random(2).randbytes(1 << 20), 0
while not ending:
    sent += s.send(stream[sent % len(stream):][:5000])
    log.write(json.dumps({"event": "half-closed", "tx_bytes": sent}) + "\\n")
    time.sleep(0.02)
whole = first + receive(1 << 20)
s.close()
right = whole == random.Random(1).randbytes(${sizes.fromPeer})
log.write(json.dumps({"event": "half-closed-end", "tx_bytes": sent, "rx_right": right, "exit": 0}) + "\\n")
`,
};
const script = (name: keyof typeof halfClosed) =>
  `cat > /run/miglab/${name}.py <<'PYTHON'${halfClosed[name]}PYTHON`;
const states = `say sockets "close_wait=$(ss -tnH state close-wait)" "established=$(ss -tnH state established dst ${atPeer}:5200)"`;

function closeWait(machine: MachinePlan): string[] {
  if (machine.role === 'peer')
    return [
      script('server'),
      'mkfifo /run/miglab/said',
      `{ python3 /run/miglab/server.py | tee /run/miglab/said >> /run/miglab/server.out; } & server=$!`,
      'exec 8< /run/miglab/said; read -r _ <&8',
      'barrier_at 1 listening',
      'barrier_at 2 there > /dev/null',
      `read -r result <&8; echo "$result" >> ${events}`,
    ];
  const node = [...loadModule(lab, machine), ...startReceiver(lab, machine), 'barrier_at 1 listening'];
  const goesOn = `await --fresh --not half-closed-end --file ${log} --timeout 60 'tx_bytes>=+100000' || fail "the process does not go on"`;
  if (machine.name === 'node-b')
    return [
      ...node,
      readAt('pid', 2, 'there'),
      states,
      goesOn,
      'kill -TERM $pid',
      `await --file ${log} --timeout 60 --event half-closed-end 'exit>=0'`,
    ];
  return [
    ...node,
    script('client'),
    'cr_run python3 /run/miglab/client.py > /run/miglab/client.err 2>&1 < /dev/null & pid=$!',
    `until ss -tnH state close-wait | grep -q ${atPeer}:5200; do sleep 0.1; done`,
    goesOn,
    states,
    move(b),
    states,
    'barrier_at --put pid=$pid 2 there > /dev/null',
  ];
}

test('a process whose peer has sent its FIN moves in CLOSE_WAIT, reads the rest there and goes on sending', async () => {
  const boot = await carryOut('close wait', closeWait);
  expect(boot.problem).toBe('');
  const [before, after] = boot.events('node-a', 'sockets');
  const [there] = boot.events('node-b', 'sockets');
  for (const each of [before, there]) {
    expect(each?.close_wait).toContain(`${atPeer}:5200`);
    expect(each?.established).toBe('');
  }
  expect(after).toMatchObject({ close_wait: '', established: '' });
  const [moved] = boot.events('node-a', 'migration');
  expect(moved).toMatchObject({ status: 'ok' });
  const left = sizes.fromPeer - sizes.readFirst;
  expect(moved?.connections).toMatchObject([{ rport: 5200, rcv_queue: left }]);
  const [end] = boot.events('node-b', 'half-closed-end');
  expect(end).toMatchObject({ rx_right: true });
  expect(boot.events('peer', 'half-closed-server')[0]).toMatchObject({
    rx_bytes: end?.tx_bytes,
    pieces_wrong: 0,
  });
  expect(await seenAtPeer(boot)).toMatchObject({ resets: 0 });
}, 240_000);
