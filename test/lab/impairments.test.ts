// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { analyseFolder, readSpec } from '../../src/analysis/run.ts';
import { type PlannedImpairment, planImpairment } from '../../src/plan/impairment.ts';
import type { MachinePlan } from '../../src/plan/lab.ts';
import { impairmentSchema } from '../../src/spec/impairment.ts';
import { type Boot, carryOut, lab } from './boot.ts';
import { checksumsHold, type Frame, readFrames } from './frames.ts';
import { miglab } from './program.ts';

const ms = 1e6;

/** One after another, each while a machine sends a datagram every millisecond. */
const planned = [
  { kind: 'loss', percent: 10, begin: '200ms', end: '700ms' },
  { kind: 'delay', time: '3ms', begin: '800ms', end: '1000ms' },
  { kind: 'duplication', percent: 20, begin: '1100ms', end: '1300ms' },
  { kind: 'corruption', percent: 20, begin: '1400ms', end: '1600ms' },
  { kind: 'reordering', percent: 20, time: '2500us', begin: '1700ms', end: '1900ms' },
  { kind: 'cut', begin: '2000ms', end: '2200ms' },
  { kind: 'jitter', time: '500us', begin: '2300ms', end: '2500ms' },
  { kind: 'rate', bandwidth: '1Mbit', begin: '2600ms', end: '2800ms' },
  { kind: 'burst-loss', good_to_bad: 10, bad_to_good: 40, begin: '2900ms', end: '3200ms' },
].map((each): PlannedImpairment => planImpairment(impairmentSchema.parse({ ...each, ...origin() })));
const faults = [
  { kind: 'pause', machine: 'node-b', time: '250ms', begin: '1000ms' },
  { kind: 'power-cut', machine: 'node-b', begin: '2500ms' },
].map((each): PlannedImpairment => planImpairment(impairmentSchema.parse(each)));

function origin() {
  return { wire: 'public', from: 'node-a' };
}

const sender = (name: string) => `
import os, socket, time
os.system("${name === 'node-a' ? 'zero control 0' : ':'}")
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
begin = time.monotonic_ns()
for number in range(3500):
    sender.sendto(b"%s %d %d" % (b"${name}", number, time.monotonic_ns()), ("10.77.0.100", 9))
    time.sleep(max(0, begin + (number + 1) * 1000000 - time.monotonic_ns()) / 1e9)
`;

function steps(machine: MachinePlan): string[] {
  if (machine.role === 'peer') return ['barrier_at 1 ready', 'sleep 5'];
  const peer = lab.machines.find(({ role }) => role === 'peer')?.nics.find(({ wire }) => wire === 'public');
  return [
    `ip neighbour replace 10.77.0.100 lladdr ${peer?.mac} dev public nud permanent`,
    'barrier_at 1 ready',
    `python3 -c '${sender(machine.name)}'`,
  ];
}

interface Datagram extends Frame {
  number: number;
  /** ns: from the sender's stamp to the capture. */
  delay: number;
  stamp: number;
}

/** One boot, and what the peer heard in it. */
async function observe() {
  const boot = await carryOut('impairments', steps, { timeoutS: 30, impairments: [...planned, ...faults] });
  const frames = readFrames(join(boot.directory, 'public.pcap'));
  const of = (name: string) => {
    const mac = Buffer.from(
      lab.machines.find((each) => each.name === name)?.nics[0]?.mac.replaceAll(':', '') ?? '',
      'hex',
    );
    return frames.filter(({ bytes }) => bytes.subarray(6, 12).equals(mac));
  };
  return { boot, a: of('node-a'), b: of('node-b') };
}

const intact = (frames: readonly Frame[]): Datagram[] =>
  frames.filter(checksumsHold).map((frame) => {
    const [, number, stamp] = frame.bytes.toString('latin1', 42).split(' ').map(Number);
    return { ...frame, number: number ?? -1, stamp: stamp ?? -1, delay: frame.at - (stamp ?? 0) };
  });

/** What a machine's plugin says of an impairment: from when to when, ns, and of how many frames how many. */
function told(
  boot: Boot,
  kind: string,
  machine = 'peer',
): { begin: number; end: number; done: number; frames: number } {
  const line = new RegExp(
    `impairment \\d+, ${kind} on public, from (\\S+) s to (\\S+) s: (\\d+) of (\\d+) frames`,
  );
  const [, begin, end, done, frames] = (
    line.exec(boot.qemu(machine)) ?? expect.fail(`${kind}: not told`)
  ).map(Number);
  return { begin: (begin ?? 0) * 1e9, end: (end ?? 0) * 1e9, done: done ?? 0, frames: frames ?? 0 };
}

/** Numbers that are not among those captured in this time and 10 ms about it. */
function missing(datagrams: readonly Datagram[], { begin, end }: { begin: number; end: number }): number {
  const near = datagrams
    .filter(({ at }) => at >= begin - 10 * ms && at < end + 10 * ms)
    .map(({ number }) => number);
  return Math.max(...near) - Math.min(...near) + 1 - new Set(near).size;
}

const within = (datagrams: readonly Datagram[], { begin, end }: { begin: number; end: number }) =>
  datagrams.filter(
    ({ at, delay }) => at - (delay - least(datagrams)) >= begin && at - (delay - least(datagrams)) < end,
  );

const least = (datagrams: readonly Datagram[]) =>
  datagrams.reduce((delay, each) => Math.min(delay, each.delay), Number.POSITIVE_INFINITY);

let first: Awaited<ReturnType<typeof observe>>;
let fromA: Datagram[];
beforeAll(async () => {
  first = await observe();
  fromA = intact(first.a);
}, 200_000);

test('the machines carry out their scenarios but the one that loses its power, which is no problem', () => {
  expect(first.boot.problem).toBe('');
  expect(first.boot.console('node-b')).not.toContain('scenario exit');
  expect(fromA.length).toBeGreaterThan(3000);
});

test.each(['loss', 'burst-loss', 'cut'])(
  '%s: what is missing is what the schedule says, and nothing else is',
  (kind) => {
    const schedule = told(first.boot, kind);
    expect(schedule.done).toBeGreaterThan(0);
    expect(missing(fromA, schedule)).toBe(schedule.done);
    expect(schedule.frames).toBeGreaterThan((schedule.end - schedule.begin) / ms - 3);
  },
);

test('a cut loses all frames from its begin to its end', () => {
  const { begin, end, done, frames } = told(first.boot, 'cut');
  expect(done).toBe(frames);
  // The last frame's own time on the cable, below a microsecond, belongs to it.
  expect(first.a.filter(({ at }) => at >= begin + 1000 && at < end)).toEqual([]);
  expect(end - begin).toBe(200 * ms);
});

test('before the first impairment nothing is lost, delayed or changed', () => {
  const { begin } = told(first.boot, 'loss');
  const before = fromA.filter(({ at }) => at < begin);
  expect(before.length).toBeGreaterThan(150);
  expect(before.map(({ number }) => number)).toEqual(before.map((_, index) => index));
  expect(Math.max(...before.map(({ delay }) => delay)) - least(fromA)).toBeLessThan(0.3 * ms);
});

test('a delay adds its time, to frames of its period alone', () => {
  const { begin, end } = told(first.boot, 'delay');
  const late = (each: Datagram) => each.delay - least(fromA) >= 3 * ms;
  const delayed = fromA.filter(({ at }) => at >= begin && at < end + 3 * ms).filter(late);
  expect(delayed).toHaveLength(told(first.boot, 'delay').done);
  expect(Math.max(...delayed.map(({ delay }) => delay)) - least(fromA)).toBeLessThan(3.3 * ms);
  expect(Math.min(...delayed.map(({ at }) => at))).toBeGreaterThanOrEqual(begin + 3 * ms);
});

test('a duplicate follows its frame, the same to the bit', () => {
  const schedule = told(first.boot, 'duplication');
  const twice = fromA.filter((each, index) => each.bytes.equals(fromA[index - 1]?.bytes ?? Buffer.alloc(0)));
  expect(schedule.done).toBeGreaterThan(0);
  expect(twice).toHaveLength(schedule.done);
  expect(within(twice, schedule).length).toBe(schedule.done);
});

test('each corrupted frame has a wrong checksum, and no other has', () => {
  const { begin, end, done } = told(first.boot, 'corruption');
  const wrong = first.a.filter((frame) => !checksumsHold(frame));
  expect(done).toBeGreaterThan(0);
  expect(wrong).toHaveLength(done);
  expect(wrong.every(({ at }) => at >= begin && at < end + 1000)).toBe(true);
});

test('reordered frames come later by their time, behind others', () => {
  const schedule = told(first.boot, 'reordering');
  const held = fromA.filter(
    (each) =>
      each.at >= schedule.begin && each.at < schedule.end + 3 * ms && each.delay - least(fromA) >= 2.5 * ms,
  );
  expect(schedule.done).toBeGreaterThan(0);
  expect(held).toHaveLength(schedule.done);
  const behind = fromA.filter(
    ({ at, number }, index) => at >= schedule.begin && number < (fromA[index - 1]?.number ?? 0),
  );
  expect(behind.length).toBeGreaterThan(0);
  expect(behind.every((each) => held.includes(each))).toBe(true);
});

test('jitter spreads frames over its time, in order', () => {
  const { begin, end } = told(first.boot, 'jitter');
  const spread = fromA.filter(({ at }) => at >= begin && at < end).map(({ delay }) => delay - least(fromA));
  expect(Math.max(...spread)).toBeLessThan(0.8 * ms);
  expect(Math.max(...spread) - Math.min(...spread)).toBeGreaterThan(0.35 * ms);
});

test('at a lower rate a frame takes longer on the cable, and on the port', () => {
  const { begin, end } = told(first.boot, 'rate', 'node-a');
  const slow = fromA.filter(({ at }) => at >= begin + ms && at < end);
  const bits = 8 * ((slow[0]?.bytes.length ?? 0) + 24);
  for (const { delay } of slow) expect(delay - least(fromA)).toBeGreaterThanOrEqual(bits * 0.999e3 - 1000);
  expect(slow.length).toBeGreaterThan(190);
});

test('a machine that is paused sends nothing for so long, and its own clock does not notice', () => {
  const fromB = intact(first.b);
  const gaps = fromB.slice(1).map((each, index) => {
    const previous = fromB[index] ?? each;
    return { lab: each.at - previous.at, own: each.stamp - previous.stamp };
  });
  const long = gaps.filter(({ lab }) => lab > 100 * ms);
  expect(long).toHaveLength(1);
  const [{ lab: ofLab, own } = expect.fail()] = long;
  expect(own).toBeLessThan(2 * ms);
  expect(Math.abs(ofLab - own - 250 * ms)).toBeLessThan(0.3 * ms);
  expect(fromB.map(({ number }) => number)).toEqual(fromB.map((_, index) => index));
});

test('a machine that loses its power sends to that instant, and nothing after it', () => {
  const cut = Number(/power cut at (\S+) s/.exec(first.boot.qemu('node-b'))?.[1]) * 1e9;
  const last = first.b.at(-1)?.at ?? 0;
  expect(cut - last).toBeLessThan(2 * ms);
  // What it sent then is under way for the wire's latency.
  expect(last).toBeLessThan(cut + 0.2 * ms);
  expect(fromA.at(-1)?.at).toBeGreaterThan(cut + 500 * ms);
});

test('the same again is the same to the bit', async () => {
  const again = await observe();
  const hash = ({ directory }: Boot) =>
    createHash('sha256')
      .update(readFileSync(join(directory, 'public.pcap')))
      .digest('hex');
  expect(hash(again.boot)).toBe(hash(first.boot));
  expect(again.boot.qemu('peer')).toBe(first.boot.qemu('peer'));
}, 200_000);

test('a process migrates on wires that lose, repeat, reorder and corrupt frames: no byte is wrong', async () => {
  const results = mkdtempSync(join(tmpdir(), 'miglab-impaired-'));
  const run = await miglab('run', 'test/lab/impaired.exp.yml', '--results', results);
  expect(run.stderr).not.toContain('bug');
  const [name = ''] = readdirSync(results);
  const cell = join(results, name, 'cells', '01-duplex-1mb-r2-p2');
  const { rows } = await analyseFolder(cell, await readSpec(cell));
  for (const { rst, bytes_wrong, seq_backwards, status, reason } of rows)
    expect({ rst, bytes_wrong, seq_backwards, status, reason }).toMatchObject({
      ...{ rst: 0, bytes_wrong: 0, seq_backwards: 0 },
      status: expect.not.stringMatching('invalid'),
    });
  expect(rows).toHaveLength(2);
  const log = (machine: string) => readFileSync(join(cell, `${machine}.qemu.log`), 'utf8');
  // What the peer sends to the group reaches both nodes, or neither.
  const ofPublic = (text: string) => text.split('\n').filter((line) => line.includes('on public'));
  expect(ofPublic(log('node-a'))).toEqual(ofPublic(log('node-b')));
  for (const kind of ['loss', 'duplication', 'reordering', 'corruption'])
    expect(log('peer')).toMatch(new RegExp(`${kind} on public, from .*: [1-9]\\d* of`));
}, 400_000);
