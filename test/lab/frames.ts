// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';

/** A frame of a capture with nanoseconds, as it came. */
export interface Frame {
  /** ns of the lab's virtual time. */
  at: number;
  bytes: Buffer;
}

/** The virtual clock's zero: the first of January 2026. */
const epochS = Date.UTC(2026, 0, 1) / 1000;

/** Every frame of a capture that the virtual clock's machines took; nothing is left out that looks wrong. */
export function readFrames(path: string): Frame[] {
  const capture = readFileSync(path);
  const frames: Frame[] = [];
  for (let at = 24; at < capture.length; ) {
    const [seconds, nanoseconds, kept] = [0, 4, 8].map((field) => capture.readUInt32LE(at + field));
    const begin = at + 16;
    at = begin + (kept ?? 0);
    frames.push({
      at: ((seconds ?? 0) - epochS) * 1e9 + (nanoseconds ?? 0),
      bytes: capture.subarray(begin, at),
    });
  }
  return frames;
}

/** Whether IPv4's and UDP's checksums are those of the datagram (RFC 1071). */
export function checksumsHold({ bytes }: Frame): boolean {
  const header = bytes.subarray(14, 34);
  const udp = bytes.subarray(34, 14 + bytes.readUInt16BE(16));
  const pseudo = Buffer.concat([
    bytes.subarray(26, 34),
    Buffer.from([0, 17, udp.length >> 8, udp.length & 0xff]),
  ]);
  return sum(header) === 0xffff && sum(Buffer.concat([pseudo, udp])) === 0xffff;
}

function sum(bytes: Buffer): number {
  let total = 0;
  for (let at = 0; at < bytes.length; at += 2) total += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >> 16);
  return total;
}
