// SPDX-License-Identifier: GPL-2.0-only
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { machineFiles } from '../../src/plan/qemu.ts';
import { Qmp } from '../../src/vm/qmp.ts';
import { type LabState, labFolder, loadLab } from '../../src/vm/state.ts';
import { waitFor } from '../../src/vm/wait.ts';
import { miglab } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'miglab-looking-'));
/** The README's commands take the lab's usual name, so they get a place of their own for it. */
process.env.XDG_STATE_HOME = join(folder, 'state');
delete process.env.DISPLAY;
delete process.env.WAYLAND_DISPLAY;

const patienceMs = 60_000;

/** A program under way, and what it has printed. */
class Running {
  readonly child: ChildProcess;
  output = '';
  readonly ended: Promise<number | null>;

  constructor(command: string, options: { env?: NodeJS.ProcessEnv; reads?: boolean } = {}) {
    const { env = process.env, reads = true } = options;
    this.child = spawn('bash', ['-c', command], { env, detached: true });
    this.ended = once(this.child, 'close').then(([code]) => code);
    const keep = (text: Buffer) => {
      this.output += text;
    };
    this.child.stderr?.on('data', keep);
    if (reads) this.child.stdout?.on('data', keep);
  }

  /** Waits until it has printed this. */
  async says(text: string | RegExp): Promise<void> {
    const wait = { what: `${text}`, timeoutMs: patienceMs, path: folder, detail: () => this.output };
    await waitFor(wait, () => (new RegExp(text).test(this.output) ? true : undefined));
  }

  /** Sends the signal to the program and all that it started, as a terminal does. */
  signal(signal: NodeJS.Signals): void {
    process.kill(-(this.child.pid ?? 0), signal);
  }
}

const capture = (words: string, options = {}) =>
  new Running(`exec node src/cli/miglab.js capture ${words}`, options);

/** Fields of the frames of a capture, as tshark reads them. */
const fields = (file: string, filter: string, ...names: string[]): string[][] =>
  execFileSync(
    'tshark',
    ['-r', file, '-Y', filter, '-T', 'fields', ...names.flatMap((name) => ['-e', name])],
    { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 },
  )
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'));

/** Filters in the machine's QEMU, and files of captures in the lab's folder. */
async function traces(machine: string): Promise<string[]> {
  await using qmp = await Qmp.open(labFolder('lab'), machineFiles(machine).qmp);
  const objects = (await qmp.execute('qom-list', { path: '/objects' })) as { name: string }[];
  return [...objects.map(({ name }) => name), ...readdirSync(labFolder('lab'))].filter((name) =>
    name.startsWith('capture'),
  );
}

const readme = readFileSync('README.md', 'utf8');
const firstLook = /## A first look\n(.*?)\n## /s.exec(readme)?.[1] ?? '';
const commands = [...firstLook.matchAll(/^ {4}(.*?)(?: {2,}#.*)?$/gm)].map(([, line = '']) => line.trim());

let state: LabState;
const file = join(folder, 'first.pcap');
let began = 0;
let over = 0;

beforeAll(async () => {
  expect(commands).toHaveLength(5);
  const [install = '', up = '', workload = '', look = '', migrate = ''] = commands;
  expect(install).toBe('sudo apt-get install wireshark');
  for (const command of [up, workload]) await carryOut(command);
  state = loadLab('lab');
  began = Date.now();
  expect(look).toMatch(/ &$/);
  const capturing = new Running(look.replace(/ &$/, ` -w ${file}`));
  await capturing.says('capturing public at peer');
  await carryOut(migrate);
  await carryOut('node src/cli/miglab.js workload --stop');
  capturing.signal('SIGINT');
  await capturing.ended;
  over = Date.now();
  expect(capturing.output).toMatch(/\n\d+ packets, /);
}, 400_000);

afterAll(() => miglab('down'), 60_000);

async function carryOut(command: string): Promise<void> {
  const running = new Running(command);
  expect(await running.ended, `${command}\n${running.output}`).toBe(0);
}

test("the README's five commands give a capture in which the connection changes its machine", () => {
  const own = 'ip.src == 10.77.0.1 && tcp.len > 0';
  const segments = fields(file, own, 'eth.src', 'tcp.stream', 'tcp.options.timestamp.tsval');
  const [a, b] = ['52:54:00:4d:00:01', '52:54:00:4d:00:02'];
  const owners = segments.map(([source]) => source);
  expect(new Set(owners)).toEqual(new Set([a, b]));
  expect(new Set(segments.map(([, stream]) => stream)).size).toBe(1);
  // A busy host delivers some of the origin's late: they were sent before (src/analysis/overtaking.ts).
  const [moved, ...after] = segments.slice(owners.indexOf(b));
  const late = after.filter(([source]) => source === a).map(([, , stamp]) => Number(stamp));
  expect(late.filter((stamp) => stamp > Number(moved?.[2]))).toEqual([]);
  // A RST behind both FINs is the peer's answer to what TIME_WAIT says (docs/module.md).
  const finished = fields(file, 'tcp.flags.fin == 1', 'ip.src', 'frame.number');
  const ends = ['10.77.0.1', '10.77.0.100'].map((end) => finished.find(([source]) => source === end)?.[1]);
  const closed = Math.max(...ends.map((frame) => Number(frame ?? Number.POSITIVE_INFINITY)));
  const resets = fields(file, 'tcp.flags.reset == 1', 'frame.number').map(([frame]) => Number(frame));
  expect(resets.filter((frame) => frame < closed)).toEqual([]);
});

test('times in a capture are wall clock', () => {
  const times = fields(file, 'frame', 'frame.time_epoch').map(([time]) => Number(time) * 1000);
  // The host stamps files by its tick. The machine had run for seconds when the capture began, which QEMU adds.
  expect(times[0]).toBeGreaterThan(began - 20);
  expect(times.at(-1)).toBeLessThanOrEqual(over);
});

test('frames go to a reader as they come, several captures at once, and a reader that closes ends its own', async () => {
  await carryOut('node src/cli/miglab.js workload --rate 2');
  const limited = join(folder, 'limited.pcap');
  const [stream, other] = [
    new Running(
      `set -o pipefail; node src/cli/miglab.js capture peer -w - | tshark -c 20 -r - -T fields -e frame.len`,
    ),
    capture(`node-b --packets 30 --snaplen 60 -w ${limited} --json`),
  ];
  expect(await stream.ended, stream.output).toBe(0);
  expect(stream.output).toContain('the reader has closed');
  expect(stream.output.match(/^\d+$/gm)).toHaveLength(20);
  expect(await other.ended, other.output).toBe(0);
  expect(fields(limited, 'frame', 'frame.cap_len')).toHaveLength(30);
  expect(Math.max(...fields(limited, 'frame', 'frame.cap_len').map(Number))).toBe(60);
  expect(other.output).toContain('"end": "packets"');
  expect([...(await traces('peer')), ...(await traces('node-b'))]).toEqual([]);
}, 120_000);

test('a reader that stops reading costs the guest nothing, and Ctrl-C ends the capture', async () => {
  const stalled = capture('peer -w -', { reads: false });
  await stalled.says('capturing');
  // What is between the programs holds some 100 KiB, and 2 MB arrive at the peer.
  const arrived = await miglab(
    ...['exec', 'peer', 'await', '--file', '/run/miglab/workload.jsonl', '--event', 'peer'],
    ...['--timeout', '60', 'rx_bytes>=+2000000'],
  );
  expect(arrived.code, arrived.stderr).toBe(0);
  stalled.signal('SIGINT');
  stalled.child.stdout?.destroy();
  expect(await stalled.ended, stalled.output).toBe(0);
  expect(stalled.output).toMatch(/did not take everything|has closed/);
  expect(await traces('peer')).toEqual([]);
}, 120_000);

test('what a killed capture leaves goes at the next one', async () => {
  const killed = capture(`peer -w ${join(folder, 'killed.pcap')}`);
  await killed.says('capturing');
  killed.signal('SIGKILL');
  await killed.ended;
  expect(await traces('peer')).toHaveLength(2);
  expect(await capture(`peer -w /dev/null --packets 1`).ended).toBe(0);
  expect(await traces('peer')).toEqual([]);
}, 60_000);

test('without -w Wireshark is started if it can be; if not, the message says what to type', async () => {
  const here = await miglab('capture', 'peer');
  expect(here.code).toBe(69);
  expect(here.stderr).toMatch(/Wireshark is not installed|there is no display/);
  expect(here.stderr).toContain('\n    miglab capture peer -w capture.pcap\n');
  const seen = join(folder, 'seen');
  const programs = mkdtempSync(join(folder, 'bin-'));
  writeFileSync(
    join(programs, 'wireshark'),
    `#!/bin/sh\necho "$@" > ${seen}.arguments\nexec tshark -c 5 -i - > ${seen}\n`,
  );
  chmodSync(join(programs, 'wireshark'), 0o755);
  const env = { ...process.env, DISPLAY: ':0', PATH: `${programs}:${process.env.PATH}` };
  const opened = capture('peer', { env });
  expect(await opened.ended, opened.output).toBe(0);
  expect(opened.output).toContain('into Wireshark');
  expect(readFileSync(`${seen}.arguments`, 'utf8')).toBe('-k -i -\n');
  expect(readFileSync(seen, 'utf8').trim().split('\n')).toHaveLength(5);
}, 60_000);

test('a wire that the machine is not on, a file that cannot be written', async () => {
  const wire = await miglab('capture', 'peer', 'private', '-w', join(folder, 'none'));
  expect(wire).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('It is on public, control, mgmt.'),
  });
  expect(existsSync(join(folder, 'none'))).toBe(false);
  const place = await miglab('capture', 'peer', '-w', join(folder, 'no', 'such', 'folder'));
  expect(place).toMatchObject({ code: 64, stderr: expect.stringContaining('cannot be written') });
  expect(await traces('peer')).toEqual([]);
});

test('logs show every console under its name, and follow one', async () => {
  const console = (text: string) => miglab('exec', 'node-a', 'sh', '-c', `echo ${text} > /dev/ttyS0`);
  await console('first-words');
  const all = await miglab('logs');
  expect(all.stdout).toMatch(/^node-a \| first-words$/m);
  for (const { name } of state.machines)
    expect(all.stdout).toMatch(new RegExp(`^${name} *\\| miglab: ${name} ready, up [0-9.]+$`, 'm'));
  expect((await miglab('logs', 'node-a', '--lines', '1')).stdout).toBe('first-words\n');
  const following = new Running('exec node src/cli/miglab.js logs node-a -f');
  await following.says('first-words');
  await console('last-words');
  await following.says(/^last-words$/m);
  following.signal('SIGINT');
  expect(await following.ended).toBe(0);
}, 60_000);

test('logs --events shows what the machines reported, as in an experiment, and follows one', async () => {
  const all = (await miglab('logs', '--events')).stdout.trimEnd().split('\n');
  const told = (machine: string, event: string) =>
    all
      .filter((line) => line.startsWith(machine))
      .map((line) => JSON.parse(line.replace(/^[a-z-]+ *\| /, '')))
      .filter((each) => each.machine === machine && each.event === event);
  expect(told('node-a', 'migration')).toMatchObject([{ status: 'ok', to: '10.77.1.2' }]);
  expect(told('node-b', 'workload-end')).toMatchObject([{ rx_wrong: 0, exit: 0 }]);
  expect(told('peer', 'peer-end')).toMatchObject([{ rx_wrong: 0, exit: 0 }]);
  expect(told('peer', 'peer').length).toBeGreaterThan(1);
  const following = new Running('exec node src/cli/miglab.js logs peer --events --lines 1 -f');
  await following.says(/^\{"machine":"peer",.*\}$/m);
  await miglab('exec', 'peer', 'say', 'greeting', 'number:=7');
  await following.says(/^\{"event":"greeting","machine":"peer","t_ns":\d+,"number":7\}$/m);
  following.signal('SIGINT');
  expect(await following.ended).toBe(0);
  expect(following.output).not.toContain('node-');
}, 60_000);

test('logs of a machine or a lab that is none', async () => {
  expect(await miglab('logs', 'node-z', '--events')).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('no log of a machine "node-z"\n  There is node-a, node-b, peer.'),
  });
  expect(await miglab('logs', '-n', 'other')).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('there is no lab "other"'),
  });
});

test('top shows on a terminal who has the connection, and that it moves', async () => {
  const top = new Running(
    `exec script -qfec 'stty columns 160 rows 40; exec node src/cli/miglab.js top --interval 0.5' /dev/null`,
  );
  await top.says(/node-a +10\.77\.0\.1:\d+ +10\.77\.0\.100:5000 +workload \d+ +ESTAB/);
  await carryOut('node src/cli/miglab.js migrate');
  await top.says(/node-b +10\.77\.0\.1:\d+ +10\.77\.0\.100:5000 +workload \d+ +ESTAB/);
  await top.says('moved {2}node-a -> node-b');
  top.child.stdin?.write('q');
  expect(await top.ended, top.output).toBe(0);
  expect(top.output.startsWith('\u001b[?1049h')).toBe(true);
  expect(top.output.trimEnd().endsWith('\u001b[?1049l')).toBe(true);
}, 120_000);

test('top --once --json tells owners, rates and counters to a program', async () => {
  const { code, stdout } = await miglab('top', '--once', '--json');
  expect(code).toBe(0);
  const { ends, counters, silent } = JSON.parse(stdout);
  const node = ends.find((end: { machine: string }) => end.machine === 'node-b');
  expect(node).toMatchObject({ state: 'ESTAB', remote: '10.77.0.100:5000', process: { name: 'workload' } });
  expect(node.outRate).toBeGreaterThan(0);
  expect(node.inRate).toBeGreaterThan(0);
  expect(node.receiveWindow).toBeGreaterThan(0);
  expect(counters['node-a'].committed).toBeGreaterThanOrEqual(1);
  expect(silent).toEqual([]);
}, 60_000);

test('a doubt about who owns a process ends when the nodes can ask each other', async () => {
  const on = (node: string, ...command: string[]) => miglab('exec', node, ...command);
  const pid = (await on('node-b', 'pidof', 'workload')).stdout.trim();
  expect((await miglab('migrate', '--resolve')).stdout).toBe('nothing is in doubt\n');
  // The destination hears the commit and stops before it says anything.
  const options = '--secret-file /etc/miglab/secret --timeout 10 --doubt 1 --fault stop@destination-told';
  expect(await on('node-b', 'cr_checkpoint', '--to', '10.77.1.1', ...options.split(' '), pid)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('in doubt'),
  });
  expect(await miglab('migrate', '--resolve')).toMatchObject({
    code: 2,
    stdout: expect.stringContaining(`${pid} on node-b (origin): in-doubt`),
  });
  expect(await miglab('migrate', '--resolve', '--keep', 'peer')).toMatchObject({ code: 64 });
  expect(await miglab('migrate', '--resolve', '--keep', 'node-a', '4')).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('nothing of process 4 is in doubt on node-a'),
  });
  await on('node-a', 'kill', '-CONT', pid);
  expect(await miglab('migrate', '--resolve')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`${pid} on node-b (origin): moved`),
  });
  expect(await miglab('migrate')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('node-a -> node-b'),
  });
}, 240_000);

test('a second workload, a node that is none, and nothing to move are usage faults', async () => {
  expect(await miglab('workload')).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('a workload runs already'),
  });
  expect(await miglab('migrate', '--to', 'peer')).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('--to node-a'),
  });
  const ended = await miglab('workload', '--stop', '--json');
  expect(JSON.parse(ended.stdout)).toMatchObject({ exit: 0, rx_wrong: 0, mem_wrong: 0 });
  expect((await miglab('migrate')).stderr).toContain('no process in lab "lab" can migrate');
}, 120_000);

test('logs that are followed end with the lab', async () => {
  const following = new Running('exec node src/cli/miglab.js logs -f');
  await following.says(/ready, up/);
  expect(await miglab('down')).toMatchObject({ code: 0 });
  expect(await following.ended, following.output).toBe(0);
}, 60_000);
