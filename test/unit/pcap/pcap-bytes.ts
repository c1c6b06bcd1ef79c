// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readCapture } from '../../../src/pcap/capture.ts';

/** A frame that a test may change and write again. */
export interface EditableFrame {
  timeNs: number;
  bytes: Buffer;
  length: number;
}

export interface Encoding {
  littleEndian?: boolean;
  nanoseconds?: boolean;
  linkType?: number;
}

export const fixture = (name: string) =>
  fileURLToPath(new URL(`../../fixtures/pcap/${name}`, import.meta.url));

export async function readFixture(name: string): Promise<EditableFrame[]> {
  const frames: EditableFrame[] = [];
  await readCapture([readFileSync(fixture(name))], ({ timeNs, bytes, start, captured, length }) => {
    frames.push({ timeNs, bytes: Buffer.from(bytes.subarray(start, start + captured)), length });
  });
  return frames;
}

const EPOCH_SECONDS = 1_700_000_000;

/** A whole pcap file; time 0 is a fixed instant. */
export function pcapBytes(frames: readonly EditableFrame[], encoding: Encoding = {}): Buffer {
  return Buffer.concat([fileHeader(encoding), ...frames.map((frame) => record(frame, encoding))]);
}

function fileHeader({ littleEndian = true, nanoseconds = true, linkType = 1 }: Encoding): Buffer {
  const magic = nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4;
  const header = Buffer.alloc(24);
  const view = new DataView(header.buffer, header.byteOffset, 24);
  view.setUint32(0, magic, littleEndian);
  view.setUint16(4, 2, littleEndian);
  view.setUint16(6, 4, littleEndian);
  view.setUint32(16, 128, littleEndian);
  view.setUint32(20, linkType, littleEndian);
  return header;
}

export function record(
  frame: EditableFrame,
  { littleEndian = true, nanoseconds = true }: Encoding = {},
): Buffer {
  const header = Buffer.alloc(16);
  const view = new DataView(header.buffer, header.byteOffset, 16);
  const seconds = Math.floor(frame.timeNs / 1e9);
  const rest = frame.timeNs - seconds * 1e9;
  view.setUint32(0, EPOCH_SECONDS + seconds, littleEndian);
  view.setUint32(4, nanoseconds ? rest : Math.floor(rest / 1000), littleEndian);
  view.setUint32(8, frame.bytes.length, littleEndian);
  view.setUint32(12, frame.length, littleEndian);
  return Buffer.concat([header, frame.bytes]);
}
