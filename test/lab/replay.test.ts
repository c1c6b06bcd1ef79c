// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Measurement } from '../../src/analysis/measurement.ts';
import { tsharkFields } from '../unit/pcap/tshark.ts';
import { measure } from './cell.ts';
import { miglab } from './program.ts';

const cell = '01-duplex-1mb-r5-p2';
let directory: string;
let row: Measurement;

const minutes = 60_000;
const inCell = (name: string) => join(directory, 'cells', cell, name);
const fields = ['frame.time_epoch', 'tcp.port', 'tcp.flags.syn', 'tcp.flags.reset'] as const;

// Without its filter the node that does not own the connection resets it at once.
beforeAll(async () => {
  const measured = await measure(
    [{ role: ['duplex'], image_mb: [1], rate_mb_s: [5], peer_rate_mb_s: [2], rcvbuf: [0], repetitions: 1 }],
    'rst',
  );
  directory = measured.directory;
  row = measured.rows[0] as Measurement;
}, 5 * minutes);

test('a failed cell says what went wrong and what it keeps, with the commands to look and to repeat', () => {
  expect(row.status).toBe('invalid');
  const page = readFileSync(inCell('failure.md'), 'utf8');
  expect(page).toContain(row.reason.split(';')[0]);
  expect(page).toContain(`miglab replay ${directory} ${cell}`);
  expect(page).toContain(`wireshark ${inCell('slice.pcap')}`);
  for (const [, name = ''] of page.matchAll(/^- `([^`]+)`/gm))
    expect(existsSync(inCell(name)), name).toBe(true);
  expect(page).toContain('`node-a.console.log`');
});

test('its slice is a capture that tshark opens, with the handshake and what reset the connection, when that was', () => {
  const slice = tsharkFields(inCell('slice.pcap'), fields);
  const whole = tsharkFields(inCell('public.pcap'), fields);
  expect(whole).toEqual(expect.arrayContaining(slice));
  const ofWorkload = (packet: (typeof whole)[number]) => packet['tcp.port'].split(',').includes('5000');
  expect(slice.every(ofWorkload)).toBe(true);
  // All of them: on a busy host a SYN is sent more than once.
  const handshake = whole.filter((packet) => packet['tcp.flags.syn'] !== '0' && ofWorkload(packet));
  expect(handshake.length).toBeGreaterThanOrEqual(2);
  expect(slice.filter((packet) => packet['tcp.flags.syn'] !== '0')).toEqual(handshake);
  expect(slice.filter((packet) => packet['tcp.flags.reset'] !== '0').length).toBeGreaterThan(0);
});

test(
  'a replay boots the cell again with its seed and its module, keeps everything, and leaves the run as it was',
  async () => {
    const table = readFileSync(join(directory, 'measurements.csv'), 'utf8');
    const replay = await miglab('replay', directory, cell, '--verbose-console', '--json');
    expect(replay.code, replay.stderr).toBe(1);
    const told = JSON.parse(replay.stdout);
    expect(told).toMatchObject({ version: 1, cell, seed: row.seed, attempt: 1, replay: 1, differs: [] });
    expect(told.migrations).toEqual([
      { rep: 1, run: row, replay: expect.objectContaining({ cell, status: 'invalid' }) },
    ]);
    const kept = join(directory, 'replays', `${cell}.1`);
    expect(told.folder).toBe(kept);
    expect(JSON.parse(readFileSync(join(kept, 'replay.json'), 'utf8'))).toEqual(told);
    expect(readdirSync(kept)).toEqual(
      expect.arrayContaining(['initramfs', 'commands.sh', 'node-a.scenario.sh', 'slice.pcap', 'failure.md']),
    );
    expect(readFileSync(join(kept, 'node-a.scenario.sh'))).toEqual(
      readFileSync(inCell('node-a.scenario.sh')),
    );
    expect(statSync(join(kept, 'initramfs')).size).toBeGreaterThan(1e7);
    // The pcap header's snaplen: the connection may be over before it has sent a long frame.
    expect(readFileSync(join(kept, 'public.pcap')).readUInt32LE(16)).toBe(65_536);
    expect(readFileSync(inCell('public.pcap')).readUInt32LE(16)).toBe(128);
    const quiet = readFileSync(inCell('node-a.console.log'), 'utf8');
    const verbose = readFileSync(join(kept, 'node-a.console.log'), 'utf8');
    expect(verbose).toContain('Linux version');
    expect(quiet).not.toContain('Linux version');
    expect(readFileSync(join(directory, 'measurements.csv'), 'utf8')).toBe(table);
  },
  5 * minutes,
);

test('a cell that the run does not have is refused with those that it has', async () => {
  const { code, stderr } = await miglab('replay', directory, '99-none');
  expect(code).toBe(64);
  expect(stderr).toContain(`It has ${cell}.`);
});

test('logs show what a failed cell keeps: its consoles, and what its machines reported', async () => {
  const ofCell = (...argv: string[]) => miglab('logs', '--cell', `${directory}/${cell}`, ...argv);
  const all = await ofCell();
  for (const machine of ['node-a', 'node-b', 'peer'])
    expect(all.stdout).toMatch(new RegExp(`^${machine} *\\| miglab: ${machine} ready, up [0-9.]+$`, 'm'));
  const reported = readFileSync(inCell('node-a.events.jsonl'), 'utf8');
  expect(reported).toContain('"status":"failed"');
  expect(await ofCell('node-a', '--events')).toEqual({ code: 0, stdout: reported, stderr: '' });
  const last = reported.trimEnd().split('\n').at(-1);
  expect((await ofCell('node-a', '--events', '--lines', '1')).stdout).toBe(`${last}\n`);
  expect((await ofCell('--events', '--lines', '1')).stdout).toContain(`node-a | ${last}\n`);
  for (const path of [`${inCell('')}/`, join(directory, 'replays', `${cell}.1`)])
    expect((await miglab('logs', '--cell', path, 'peer')).stdout).toContain('miglab: peer ready');
}, 60_000);

test.each([
  ['no such machine', [`/${cell}`, 'node-z'], 'There is node-a, node-b, peer.'],
  ['no such cell', ['/99-none'], `no cell 99-none in that run\n  It has ${cell}.`],
  ['a run', ['/'], `is a run: one of its cells is wanted, as RUN/CELL\n  It has ${cell}.`],
  ['no such run', ['-none/01'], 'no run "'],
  ['a cell has an end', [`/${cell}`, '-f'], 'cannot be used with'],
])('logs --cell, %s: refused with what there is', async (_, [path, ...rest], message) => {
  const { code, stdout, stderr } = await miglab('logs', '--cell', `${directory}${path}`, ...rest);
  expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
  expect(stderr).toContain(message);
});
