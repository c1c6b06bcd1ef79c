// SPDX-License-Identifier: GPL-2.0-only
import type { Frame } from './capture.ts';

const ETHERNET_BYTES = 14;
const ETHERTYPE_IPV4 = 0x0800;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;

/**
 * Whether the checksums of an IPv4 datagram hold: that of its header, and that of TCP or UDP where the datagram was
 * captured whole and is no fragment (RFC 1071). What has none holds.
 */
export function checksumsHold({ view, start, captured }: Frame): boolean {
  const at = start + ETHERNET_BYTES;
  const end = start + captured;
  if (at + 20 > end || view.getUint16(start + 12) !== ETHERTYPE_IPV4) return true;
  const header = (view.getUint8(at) & 15) * 4;
  if (header < 20 || at + header > end || folded(sum(view, at, at + header)) !== 0xffff) return false;
  const datagramEnd = at + view.getUint16(at + 2);
  const isFragment = (view.getUint16(at + 6) & 0x3fff) !== 0;
  if (datagramEnd > end || isFragment) return true;
  return payloadHolds(view, at, at + header, datagramEnd);
}

function payloadHolds(view: DataView, at: number, payload: number, end: number): boolean {
  const protocol = view.getUint8(at + 9);
  if (protocol !== PROTOCOL_TCP && protocol !== PROTOCOL_UDP) return true;
  const isUnchecked = protocol === PROTOCOL_UDP && end - payload >= 8 && view.getUint16(payload + 6) === 0;
  const pseudoHeader = sum(view, at + 12, at + 20) + protocol + (end - payload);
  return isUnchecked || folded(pseudoHeader + sum(view, payload, end)) === 0xffff;
}

/** Of 16-bit words; exact for any frame. */
function sum(view: DataView, from: number, to: number): number {
  let total = 0;
  let at = from;
  for (; at + 1 < to; at += 2) total += view.getUint16(at);
  return at < to ? total + view.getUint8(at) * 256 : total;
}

function folded(total: number): number {
  let rest = total;
  while (rest > 0xffff) rest = (rest & 0xffff) + Math.floor(rest / 0x10000);
  return rest;
}
