// SPDX-License-Identifier: GPL-2.0-only
import { FILE_HEADER_BYTES } from './file-header.ts';

const NANOSECOND_MAGIC = 0xa1b23c4d;
const LINKTYPE_ETHERNET = 1;
const RECORD_HEADER_BYTES = 16;
const NS = 1_000_000_000n;

/** The start of a classic pcap file with times in nanoseconds, little-endian (draft-ietf-opsawg-pcap §4). Pure. */
export function encodeFileHeader(snaplen: number): Uint8Array {
  const bytes = new Uint8Array(FILE_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, NANOSECOND_MAGIC, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, snaplen, true);
  view.setUint32(20, LINKTYPE_ETHERNET, true);
  return bytes;
}

/** One record (§5): `frame` as captured, `length` bytes long on the wire. Pure. */
export function encodeRecord(epochNs: bigint, frame: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER_BYTES + frame.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Number(epochNs / NS), true);
  view.setUint32(4, Number(epochNs % NS), true);
  view.setUint32(8, frame.length, true);
  view.setUint32(12, length, true);
  bytes.set(frame, RECORD_HEADER_BYTES);
  return bytes;
}
