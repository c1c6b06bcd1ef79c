// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCaptureFile } from '../../src/pcap/capture-file.ts';
import { addressOn, type LabPlan, type MachinePlan } from '../../src/plan/lab.ts';
import { guestFiles, loadModule, startReceiver } from '../../src/plan/script.ts';
import { type Boot, carryOut, lab } from './boot.ts';

const { events, secret } = guestFiles;
const ms = 1e6;
const port = 5300;

/** A round trip of 20 ms: at 25 MB/s half a megabyte is under way, which a fresh connection would take six of to reach. */
const far: LabPlan = {
  ...lab,
  wires: lab.wires.map((wire) =>
    wire.name === lab.cluster.wire ? { ...wire, latencyNs: 10 * ms, queueBytes: 4 << 20 } : wire,
  ),
};
const piece = 25_000;

/** Writes a piece each millisecond, and before it notes what TCP_INFO says; tells it all in the end. */
const sender = (memoryMb: number) => `
import json, os, signal, socket, struct, time
memory = os.urandom(${memoryMb} << 20)
ending = False
def end(*_):
    global ending
    ending = True
signal.signal(signal.SIGTERM, end)
s = socket.create_connection(("${addressOn(lab, 'peer', 'public')}", ${port}))
s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
piece, sent, notes, marked = bytes(${piece}), 0, [], False
while not ending:
    info = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    mss, = struct.unpack_from("I", info, 16)
    rtt, _, ssthresh, cwnd = struct.unpack_from("4I", info, 68)
    notes.append((time.monotonic_ns(), sent, cwnd, ssthresh, rtt, mss))
    del notes[:-2000]
    s.sendall(piece)
    sent += len(piece)
    if sent >= 20000000 and not marked:
        marked = True
        open("/run/miglab/warm", "w").close()
    time.sleep(0.001)
s.close()
at = max(range(1, len(notes)), key=lambda i: notes[i][0] - notes[i - 1][0])
name = lambda note: dict(zip(("t_ns", "sent", "cwnd", "ssthresh", "rtt_us", "mss"), note))
print(json.dumps({"event": "sender", "before": name(notes[at - 1]), "after": name(notes[at]), "sent": sent}), flush=True)
`;
const receiver = `
import json, socket
l = socket.create_server(("${addressOn(lab, 'peer', 'public')}", ${port}))
print("listening", flush=True)
c, _ = l.accept()
got = 0
while data := c.recv(1 << 20):
    got += len(data)
print(json.dumps({"event": "receiver", "got": got}), flush=True)
`;
const script = (name: string, text: string) => `cat > /run/miglab/${name}.py <<'PYTHON'${text}PYTHON`;

interface Case {
  /** Of the process; its copy is what takes the time. */
  memoryMb: number;
  /** net.ipv4.tcp_slow_start_after_idle of the nodes: with 1, the default, whoever was idle for so long begins anew. */
  restartAfterIdle: 0 | 1;
}

function steps(machine: MachinePlan, { memoryMb, restartAfterIdle }: Case): string[] {
  if (machine.role === 'peer')
    return [
      script('receiver', receiver),
      // Enough room for the path from the beginning: what limits is the sender.
      'sysctl -q -w net.ipv4.tcp_rmem="4096 4194304 8388608"',
      'mkfifo /run/miglab/said',
      '{ python3 /run/miglab/receiver.py > /run/miglab/said; } & receiver=$!',
      'exec 8< /run/miglab/said; read -r _ <&8',
      'barrier_at 1 listening',
      'barrier_at 2 there > /dev/null',
      `read -r result <&8; echo "$result" >> ${events}`,
    ];
  const node = [
    `sysctl -q -w net.ipv4.tcp_slow_start_after_idle=${restartAfterIdle}`,
    ...loadModule(far, machine),
    ...startReceiver(far, machine),
    'barrier_at 1 listening',
  ];
  const out = '/run/miglab/sender.jsonl';
  if (machine.name === 'node-b')
    return [
      ...node,
      `pid=$(barrier_at 2 there | sed -n 's/^pid=//p')`,
      'sleep 1',
      'kill -TERM $pid',
      `await --file ${out} --timeout 60 --event sender 'sent>=1'`,
      `cat ${out} >> ${events}`,
    ];
  return [
    ...node,
    script('sender', sender(memoryMb)),
    `cr_run python3 /run/miglab/sender.py >> ${out} 2> /run/miglab/sender.err < /dev/null & pid=$!`,
    'until [ -e /run/miglab/warm ]; do sleep 0.1; done',
    `cr_checkpoint --to ${addressOn(far, 'node-b', 'private')} --secret-file ${secret} $pid >> ${events} || fail "it does not move"`,
    'barrier_at --put pid=$pid 2 there > /dev/null',
  ];
}

interface Note {
  sent: number;
  cwnd: number;
  ssthresh: number;
  rtt_us: number;
  mss: number;
}

interface Moved {
  boot: Boot;
  before: Note;
  after: Note;
  /** From the stop of the process to its going on, ms. */
  frozen: number;
}

async function moved(how: Case): Promise<Moved> {
  const boot = await carryOut('the rate is back', (machine) => steps(machine, how), {
    ...{ timeoutS: 120, impairments: [], plan: far },
  });
  expect(boot.problem).toBe('');
  const [told] = boot.events('node-b', 'sender');
  expect(boot.events('peer', 'receiver')).toMatchObject([{ got: told?.sent }]);
  const { before, after } = told as unknown as { before: Note; after: Note };
  const { freeze_ns, resumed_ns } = boot.events('node-a', 'migration')[0] as Record<string, number>;
  return { boot, before, after, frozen: ((resumed_ns ?? 0) - (freeze_ns ?? 0)) / ms };
}

function expectAsBefore({ before, after }: Moved): void {
  // Several times the initial window: there is something to lose.
  expect(before.cwnd * before.mss).toBeGreaterThan(300_000);
  expect(after.cwnd).toBeGreaterThanOrEqual(before.cwnd);
  expect(after.ssthresh).toBe(before.ssthresh);
  expect(after.mss).toBe(before.mss);
  // What arrived in between counts an eighth each (RFC 6298).
  expect(Math.abs(after.rtt_us - before.rtt_us)).toBeLessThan(before.rtt_us / 4);
}

/** New payload of the node, in the order sent: when, and how much there was with it. */
async function progress({ directory }: Boot): Promise<{ at: number; bytes: number; mac: number }[]> {
  const sent: { at: number; bytes: number; mac: number }[] = [];
  let first: number | undefined;
  let most = 0;
  await readCaptureFile(join(directory, 'public.pcap'), (segment, verdict) => {
    if (verdict !== 'tcp' || segment.destinationPort !== port) return;
    first ??= (segment.seq + 1) >>> 0; // The SYN.
    const end = (segment.seq + segment.payloadLength - first) >>> 0;
    if (segment.payloadLength === 0 || end <= most || end > 2 ** 31) return;
    most = end;
    sent.push({ at: segment.timeNs, bytes: end, mac: segment.sourceMac });
  });
  return sent;
}

/** Shares of the rate before the freeze, in each of the round trips that follow the restarted process's first write. */
async function sharesAfter({ boot, before, after }: Moved): Promise<number[]> {
  const sent = await progress(boot);
  const roundTrip = before.rtt_us * 1000;
  const last = sent.findLast(({ mac }) => mac === sent[0]?.mac)?.at ?? Number.NaN;
  const first = sent.find(({ bytes }) => bytes > after.sent)?.at ?? Number.NaN;
  const between = (from: number, to: number) => {
    const until = (at: number) => sent.findLast((each) => each.at < at)?.bytes ?? 0;
    return until(to) - until(from);
  };
  const rate = between(last - 20 * roundTrip, last) / 20;
  expect(rate).toBeGreaterThan(300_000); // A round trip.
  return [0, 1, 2, 3, 4, 5].map(
    (trip) => between(first + trip * roundTrip, first + (trip + 1) * roundTrip) / rate,
  );
}

const isBack = (shares: readonly number[]) => shares.slice(0, 2).some((share) => share >= 0.9);
const told = (shares: readonly number[]) => shares.map((share) => share.toFixed(2)).join(' ');
/** The least retransmission timeout, which a round trip of 20 ms leaves as it is; ms. */
const timeout = 200;

test('window, threshold, round trip and segment size are as before, and the rate is back within two round trips of the first write', async () => {
  const short = await moved({ memoryMb: 0, restartAfterIdle: 1 });
  expect(short.frozen).toBeLessThan(timeout);
  expectAsBefore(short);
  const shares = await sharesAfter(short);
  expect(isBack(shares), told(shares)).toBe(true);
}, 400_000);

test('so it is behind a freeze that is longer than the retransmission timeout, where the kernel does not restart after idle', async () => {
  const long = await moved({ memoryMb: 80, restartAfterIdle: 0 });
  expect(long.frozen).toBeGreaterThan(2 * timeout);
  expectAsBefore(long);
  const shares = await sharesAfter(long);
  expect(isBack(shares), told(shares)).toBe(true);
}, 400_000);
