// SPDX-License-Identifier: GPL-2.0-only
import type { Frame } from './capture.ts';
import { clearTcpOptions, parseTcpOptions, type TcpOptions } from './tcp-options.ts';

export const TcpFlag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 } as const;

/**
 * What a frame is. `fragment`: part of an IPv4 datagram, not reassembled. `other`: no IPv4, or neither TCP nor UDP.
 * `short`: the captured bytes end before the header does. `malformed`: lengths that contradict each other.
 */
export type Verdict = 'tcp' | 'udp' | 'fragment' | 'other' | 'short' | 'malformed';

/** A decoded IPv4 TCP segment or UDP datagram. One object is reused for a whole file: copy numbers out of it. */
export interface Segment extends TcpOptions {
  timeNs: number;
  sourceMac: number;
  destinationMac: number;
  sourceAddress: number;
  destinationAddress: number;
  sourcePort: number;
  destinationPort: number;
  seq: number;
  ack: number;
  flags: number;
  /** The window field as sent, not scaled. */
  window: number;
  /** Payload bytes by the lengths in the headers, however few were captured. */
  payloadLength: number;
  /** The captured part of the payload: bytes[payloadStart..payloadEnd). */
  bytes: Uint8Array;
  payloadStart: number;
  payloadEnd: number;
}

export function createSegment(): Segment {
  return {
    timeNs: 0,
    sourceMac: 0,
    destinationMac: 0,
    sourceAddress: 0,
    destinationAddress: 0,
    sourcePort: 0,
    destinationPort: 0,
    seq: 0,
    ack: 0,
    flags: 0,
    window: 0,
    payloadLength: 0,
    bytes: new Uint8Array(0),
    payloadStart: 0,
    payloadEnd: 0,
    mss: -1,
    windowScale: -1,
    sackPermitted: false,
    sackBlocks: 0,
    sackEdges: new Float64Array(8),
    tsval: -1,
    tsecr: -1,
    optionsCut: false,
  };
}

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_VLAN = 0x8100;
const ETHERTYPE_QINQ = 0x88a8;
const MORE_FRAGMENTS_OR_OFFSET = 0x3fff;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;

/** Decodes Ethernet (VLAN tags skipped), IPv4, then TCP (RFC 9293) or UDP into `segment`; its fields hold only after 'tcp' or 'udp'. */
export function decodeFrame(frame: Frame, segment: Segment): Verdict {
  const { view, start } = frame;
  const captureEnd = start + frame.captured;
  if (start + 14 > captureEnd) return 'short';
  let at = start + 12;
  let etherType = view.getUint16(at);
  while (etherType === ETHERTYPE_VLAN || etherType === ETHERTYPE_QINQ) {
    at += 4;
    if (at + 2 > captureEnd) return 'short';
    etherType = view.getUint16(at);
  }
  if (etherType !== ETHERTYPE_IPV4) return 'other';
  segment.timeNs = frame.timeNs;
  segment.bytes = frame.bytes;
  segment.destinationMac = view.getUint16(start) * 0x1_0000_0000 + view.getUint32(start + 2);
  segment.sourceMac = view.getUint16(start + 6) * 0x1_0000_0000 + view.getUint32(start + 8);
  return decodeIpv4(view, at + 2, captureEnd, start + frame.length, segment);
}

function decodeIpv4(
  view: DataView,
  at: number,
  captureEnd: number,
  wireEnd: number,
  segment: Segment,
): Verdict {
  if (at + 20 > captureEnd) return 'short';
  const first = view.getUint8(at);
  const headerLength = (first & 15) * 4;
  // A length of 0 means "longer than 65535" on a host that left segmentation to its NIC: then the frame's length counts.
  const totalLength = view.getUint16(at + 2) || wireEnd - at;
  const ipEnd = at + totalLength;
  if (first >> 4 !== 4 || headerLength < 20 || totalLength < headerLength || ipEnd > wireEnd)
    return 'malformed';
  if ((view.getUint16(at + 6) & MORE_FRAGMENTS_OR_OFFSET) !== 0) return 'fragment';
  segment.sourceAddress = view.getUint32(at + 12);
  segment.destinationAddress = view.getUint32(at + 16);
  const protocol = view.getUint8(at + 9);
  if (protocol === PROTOCOL_TCP) return decodeTcp(view, at + headerLength, captureEnd, ipEnd, segment);
  if (protocol === PROTOCOL_UDP) return decodeUdp(view, at + headerLength, captureEnd, ipEnd, segment);
  return 'other';
}

function decodeTcp(view: DataView, at: number, captureEnd: number, ipEnd: number, segment: Segment): Verdict {
  if (at + 20 > ipEnd) return 'malformed';
  if (at + 20 > captureEnd) return 'short';
  const headerLength = (view.getUint8(at + 12) >> 4) * 4;
  const payload = at + headerLength;
  if (headerLength < 20 || payload > ipEnd) return 'malformed';
  segment.sourcePort = view.getUint16(at);
  segment.destinationPort = view.getUint16(at + 2);
  segment.seq = view.getUint32(at + 4);
  segment.ack = view.getUint32(at + 8);
  segment.flags = view.getUint8(at + 13);
  segment.window = view.getUint16(at + 14);
  setPayload(segment, payload, ipEnd, captureEnd);
  clearTcpOptions(segment);
  if (headerLength > 20) parseTcpOptions(view, at + 20, Math.min(payload, captureEnd), payload, segment);
  return 'tcp';
}

function decodeUdp(view: DataView, at: number, captureEnd: number, ipEnd: number, segment: Segment): Verdict {
  if (at + 8 > ipEnd) return 'malformed';
  if (at + 8 > captureEnd) return 'short';
  const length = view.getUint16(at + 4);
  if (length < 8 || at + length > ipEnd) return 'malformed';
  segment.sourcePort = view.getUint16(at);
  segment.destinationPort = view.getUint16(at + 2);
  setPayload(segment, at + 8, at + length, captureEnd);
  return 'udp';
}

function setPayload(segment: Segment, start: number, end: number, captureEnd: number): void {
  segment.payloadLength = end - start;
  segment.payloadStart = Math.min(start, captureEnd);
  segment.payloadEnd = Math.min(end, captureEnd);
}
