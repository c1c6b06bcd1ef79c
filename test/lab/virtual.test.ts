// SPDX-License-Identifier: GPL-2.0-only
import { execFile } from 'node:child_process';
import { cpSync, createReadStream, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { analyseRun } from '../../src/analysis/run.ts';
import { ensureLockstep } from '../../src/image/lockstep.ts';
import { ensureQemu } from '../../src/image/qemu.ts';
import { readCapture } from '../../src/pcap/capture.ts';
import { whyUnfit } from '../../src/vm/lockstep.ts';
import { miglab, type Outcome } from './program.ts';

const results = mkdtempSync(join(tmpdir(), 'miglab-virtual-'));
const cell = '01-source-1mb-r120-b2097152';
let verified: Outcome;
let run: string;
const capture = (directory: string) => join(directory, 'cells', cell, 'public.pcap');

beforeAll(async () => {
  verified = await miglab('verify', 'test/lab/virtual.exp.yml', '--json', '--results', results);
  run = join(results, readdirSync(results)[0] ?? '');
}, 500_000);

test('twice the same to the bit, though machines were stopped, and folder, locale and time zone were others', () => {
  expect(verified.code, verified.stderr).toBe(0);
  const { identical, stalls, kept, cells } = JSON.parse(verified.stdout);
  expect({ identical, kept }).toEqual({ identical: true, kept: null });
  expect(stalls).toBeGreaterThan(5);
  expect(cells).toEqual([{ cell, capture: expect.stringMatching(/^[0-9a-f]{64}$/), differences: [] }]);
});

test('the wire is a gigabit one: 117 MB/s of payload in frames of 1500 bytes', async () => {
  const [row] = (await analyseRun(run)).rows;
  expect(row).toMatchObject({ status: 'valid', clock: 'virtual', bytes_wrong: 0, rst: 0 });
  let longest = 0;
  const hundredths = new Map<number, number>();
  await readCapture(createReadStream(capture(run)), ({ length, timeNs }) => {
    longest = Math.max(longest, length);
    const hundredth = Math.floor(timeNs / 1e7);
    hundredths.set(hundredth, (hundredths.get(hundredth) ?? 0) + (length === 1514 ? 1448 : 0));
  });
  expect(longest).toBe(1514);
  // Not tx_before_mb_s: one of its hundredths belongs to the tool of the move, which starts within them.
  const rates = [...hundredths.values()].map((bytes) => bytes / 1e4).sort((a, b) => a - b);
  const median = rates[rates.length >> 1];
  expect(median).toBeGreaterThanOrEqual(117);
  // Preamble, header, check sequence and gap: 38 bytes around 1500, of which 52 are IP's and TCP's with timestamps.
  expect(median).toBeLessThanOrEqual(((125 * 1448) / 1538) * 1.001); // A frame more or less in a hundredth.
});

test('a bit of one frame that is another is found, and where', async () => {
  const other = join(mkdtempSync(join(tmpdir(), 'miglab-virtual-')), 'other');
  cpSync(run, other, { recursive: true });
  const bytes = readFileSync(capture(other));
  const at = 24 + 16 + 40; // In the first record, behind the headers of file and record.
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(capture(other), bytes);
  const compared = await miglab('verify', '--runs', run, other, '--json');
  expect(compared.code).toBe(1);
  expect(JSON.parse(compared.stdout)).toMatchObject({
    identical: false,
    cells: [{ differences: [{ file: 'public.pcap', where: expect.stringMatching(/^frame 1: byte 40: /) }] }],
  });
  expect((await miglab('verify', '--runs', run, run)).code).toBe(0);
});

test('the plugin knows this QEMU, and says why it does not know another', async () => {
  const { argv } = await ensureQemu(() => undefined);
  const { plugin } = await ensureLockstep('trixie', () => undefined);
  expect(await whyUnfit(argv, plugin)).toBeUndefined();
  // A QEMU that was started in another way than the plugin needs.
  const [program = '', ...rest] = argv;
  const started = promisify(execFile)(program, [
    ...rest,
    '-machine',
    'none',
    '-plugin',
    `${plugin},probe=on`,
  ]);
  await expect(started).rejects.toThrow(/does not fit: the plugin does not stand before the C library/);
});
