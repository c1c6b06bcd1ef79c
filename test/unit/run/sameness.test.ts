// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareCaptures, compareTexts } from '../../../src/run/sameness.ts';
import { type EditableFrame, fixture, pcapBytes, readFixture } from '../pcap/pcap-bytes.ts';

const folder = mkdtempSync(join(tmpdir(), 'miglab-same-'));
const frames = await readFixture('duplex.pcap');

function written(
  name: string,
  changed: (frames: EditableFrame[]) => EditableFrame[] = (same) => same,
): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    pcapBytes(changed(frames.map((each) => ({ ...each, bytes: Buffer.from(each.bytes) })))),
  );
  return path;
}
const original = written('original.pcap');

test('a capture is the same as its copy', async () => {
  expect(await compareCaptures(original, written('copy.pcap'))).toBeUndefined();
  expect(await compareCaptures(fixture('duplex.pcap'), fixture('duplex.pcap'))).toBeUndefined();
});

test('the first frame in which one bit is another is named, with the byte and the instant', async () => {
  const other = written('bit.pcap', (all) => {
    for (const { bytes } of [all[4], all[9]] as EditableFrame[]) bytes[20] = (bytes[20] ?? 0) ^ 1;
    return all;
  });
  const at = ((frames[4]?.timeNs ?? 0) / 1e9).toFixed(9);
  expect(await compareCaptures(original, other)).toMatch(new RegExp(`^frame 5: byte 20: .*at ${at} s$`));
});

test.each<[string, (all: EditableFrame[]) => EditableFrame[], RegExp]>([
  [
    'an instant',
    (all) => all.map((each, at) => (at < 7 ? each : { ...each, timeNs: each.timeNs + 1 })),
    /^frame 8: at \d/,
  ],
  [
    'a length',
    (all) => all.map((each, at) => (at === 2 ? { ...each, length: each.length + 1 } : each)),
    /^frame 3: \d+ and \d+ bytes/,
  ],
  ['a frame less', (all) => all.slice(0, -1), new RegExp(`^frame ${frames.length}: only one of them has it`)],
])('%s', async (name, changed, expected) => {
  expect(await compareCaptures(original, written(`${name}.pcap`, changed))).toMatch(expected);
});

test('of texts the first line that differs is told, from both', async () => {
  const text = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const one = text('one', 'a\nb\nc\n');
  expect(await compareTexts(one, text('same', 'a\nb\nc\n'))).toBeUndefined();
  expect(await compareTexts(one, text('other', 'a\nB\nc\n'))).toBe('line 2:\n    b\n    B');
  expect(await compareTexts(one, text('longer', 'a\nb\nc\nd\n'))).toBe('line 4:\n    \n    d');
});
