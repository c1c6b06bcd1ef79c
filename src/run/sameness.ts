// SPDX-License-Identifier: GPL-2.0-only
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { readCapture } from '../pcap/capture.ts';

/** The first place where two files differ, in words for people; undefined where they are the same to the bit. */
export type Difference = string | undefined;

interface Frame {
  /** From the capture's first frame. */
  timeNs: number;
  length: number;
  bytes: Buffer;
}

/** Compares two captures frame by frame: instant, length and what was kept of each. */
export async function compareCaptures(one: string, other: string): Promise<Difference> {
  if (await sameBytes(one, other)) return undefined;
  const [a, b] = await Promise.all([one, other].map(readFrames));
  for (let index = 0; index < Math.max(a?.length ?? 0, b?.length ?? 0); index++) {
    const difference = differenceOf(a?.[index], b?.[index]);
    if (difference) return `frame ${index + 1}: ${difference}`;
  }
  return 'the instants of their first frames differ, or their headers';
}

function differenceOf(a: Frame | undefined, b: Frame | undefined): Difference {
  if (!a || !b) return `only one of them has it, at ${seconds(a ?? b)}`;
  if (a.timeNs !== b.timeNs) return `at ${seconds(a)} and at ${seconds(b)}`;
  if (a.length !== b.length) return `${a.length} and ${b.length} bytes, at ${seconds(a)}`;
  const at = a.bytes.findIndex((byte, index) => byte !== b.bytes[index]);
  if (at < 0) return a.bytes.length === b.bytes.length ? undefined : `other bytes are kept, at ${seconds(a)}`;
  const around = ({ bytes }: Frame) => bytes.subarray(at, at + 4).toString('hex');
  return `byte ${at}: ${around(a)} and ${around(b)}, at ${seconds(a)}`;
}

const seconds = (frame: Frame | undefined) => `${((frame?.timeNs ?? 0) / 1e9).toFixed(9)} s`;

async function readFrames(path: string): Promise<Frame[]> {
  const frames: Frame[] = [];
  await readCapture(createReadStream(path), ({ timeNs, length, bytes, start, captured }) => {
    frames.push({ timeNs, length, bytes: Buffer.from(bytes.subarray(start, start + captured)) });
  });
  return frames;
}

/** Compares two texts line by line. */
export async function compareTexts(one: string, other: string): Promise<Difference> {
  if (await sameBytes(one, other)) return undefined;
  const [a = [], b = []] = (await Promise.all([one, other].map((path) => readFile(path, 'utf8')))).map(
    (text) => text.split('\n'),
  );
  const line = a.findIndex((text, index) => text !== b[index]);
  const at = line < 0 ? a.length : line;
  return `line ${at + 1}:\n    ${a[at] ?? '(ends)'}\n    ${b[at] ?? '(ends)'}`;
}

async function sameBytes(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([readFile(one), readFile(other)]);
  return a.equals(b);
}
