// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { readCapture } from '../../../src/pcap/capture.ts';
import { readCaptureFile } from '../../../src/pcap/capture-file.ts';
import { checksumsHold } from '../../../src/pcap/checksum.ts';
import { type EditableFrame, fixture, pcapBytes, readFixture } from './pcap-bytes.ts';

async function holds(frame: EditableFrame): Promise<boolean> {
  const found: boolean[] = [];
  await readCapture([pcapBytes([frame])], (read) => found.push(checksumsHold(read)));
  return found[0] ?? expect.fail('no frame');
}

test('in real captures all checksums hold', async () => {
  for (const name of ['duplex.pcap', 'loss.pcap', 'mixed.pcap']) {
    const { verdicts, frames } = await readCaptureFile(fixture(name), () => undefined, { verify: true });
    expect(frames).toBeGreaterThan(10);
    expect(verdicts.corrupt).toBe(0);
  }
});

test('any flipped bit of a datagram that was captured whole is seen; of the Ethernet header none is', async () => {
  const frames = await readFixture('duplex.pcap');
  const whole = frames.find(
    ({ bytes, length }) => bytes.length === length && bytes.readUInt16BE(12) === 0x0800 && bytes[23] === 6,
  );
  const frame = whole ?? expect.fail('no whole segment');
  const datagramBits = frame.bytes.readUInt16BE(16) * 8;
  const flipped = (bit: number) => {
    const bytes = Buffer.from(frame.bytes);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return { ...frame, bytes };
  };
  for (let bit = 14 * 8; bit < 14 * 8 + datagramBits; bit++)
    expect(await holds(flipped(bit)), `bit ${bit}`).toBe(false);
  for (let bit = 0; bit < 12 * 8; bit++) expect(await holds(flipped(bit))).toBe(true);
});

test('of a cut datagram its header alone is looked at', async () => {
  const frames = await readFixture('duplex.pcap');
  const cut = frames.find(({ bytes, length }) => bytes.length < length) ?? expect.fail('no cut frame');
  const payload = Buffer.from(cut.bytes);
  payload[payload.length - 1] = (payload.at(-1) ?? 0) ^ 1;
  const header = Buffer.from(cut.bytes);
  header[22] = (header[22] ?? 0) ^ 1;
  expect(await holds({ ...cut, bytes: payload })).toBe(true);
  expect(await holds({ ...cut, bytes: header })).toBe(false);
});
