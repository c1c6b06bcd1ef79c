// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formatIpv4, formatMac } from '../../../src/pcap/address.ts';
import { readCapture } from '../../../src/pcap/capture.ts';
import {
  createSegment,
  decodeFrame,
  type Segment,
  TcpFlag,
  type Verdict,
} from '../../../src/pcap/segment.ts';
import { type EditableFrame, fixture, pcapBytes, readFixture } from './pcap-bytes.ts';
import { tsharkFields } from './tshark.ts';

const FIELDS = [
  ...(['eth.src', 'eth.dst', 'ip.src', 'ip.dst', 'tcp.srcport', 'tcp.dstport', 'tcp.seq_raw'] as const),
  ...(['tcp.ack_raw', 'tcp.window_size_value', 'tcp.len', 'tcp.options.timestamp.tsval'] as const),
  ...(['tcp.options.timestamp.tsecr', 'tcp.options.mss_val', 'tcp.options.wscale.shift'] as const),
  ...(['tcp.options.sack_le', 'tcp.options.sack_re', 'udp.srcport', 'udp.dstport', 'udp.length'] as const),
  ...(['tcp.flags', 'frame.time_epoch'] as const),
];
type Fields = Record<(typeof FIELDS)[number], string>;

const optional = (value: number) => (value < 0 ? '' : String(value));
const edges = (segment: Segment, first: 0 | 1) =>
  Array.from({ length: segment.sackBlocks }, (_, block) => segment.sackEdges[block * 2 + first]).join(',');

function asTshark(segment: Segment): Partial<Fields> {
  return {
    'eth.src': formatMac(segment.sourceMac),
    'eth.dst': formatMac(segment.destinationMac),
    'ip.src': formatIpv4(segment.sourceAddress),
    'ip.dst': formatIpv4(segment.destinationAddress),
  };
}

function tcpAsTshark(segment: Segment): Partial<Fields> {
  return {
    ...asTshark(segment),
    'tcp.srcport': String(segment.sourcePort),
    'tcp.dstport': String(segment.destinationPort),
    'tcp.seq_raw': String(segment.seq),
    'tcp.ack_raw': String(segment.ack),
    'tcp.flags': `0x${segment.flags.toString(16).padStart(4, '0')}`,
    'tcp.window_size_value': String(segment.window),
    'tcp.len': String(segment.payloadLength),
    'tcp.options.timestamp.tsval': optional(segment.tsval),
    'tcp.options.timestamp.tsecr': optional(segment.tsecr),
    'tcp.options.mss_val': optional(segment.mss),
    'tcp.options.wscale.shift': optional(segment.windowScale),
    'tcp.options.sack_le': edges(segment, 0),
    'tcp.options.sack_re': edges(segment, 1),
  };
}

const udpAsTshark = (segment: Segment): Partial<Fields> => ({
  ...asTshark(segment),
  'udp.srcport': String(segment.sourcePort),
  'udp.dstport': String(segment.destinationPort),
  'udp.length': String(segment.payloadLength + 8),
});

async function decodeAll(bytes: Uint8Array): Promise<{ verdict: Verdict; segment: Segment }[]> {
  const decoded: { verdict: Verdict; segment: Segment }[] = [];
  await readCapture([bytes], (frame) => {
    const segment = createSegment();
    decoded.push({ verdict: decodeFrame(frame, segment), segment });
  });
  return decoded;
}

test.each(['duplex.pcap', 'loss.pcap', 'mixed.pcap'])('%s: every packet as tshark has it', async (name) => {
  const theirs = tsharkFields(fixture(name), FIELDS);
  const ours = await decodeAll(readFileSync(fixture(name)));
  expect(ours).toHaveLength(theirs.length);
  ours.forEach(({ verdict, segment }, index) => {
    const line = theirs[index] as Fields;
    if (verdict === 'tcp') expect(line).toMatchObject(tcpAsTshark(segment));
    else if (verdict === 'udp' && line['udp.length'] !== '') expect(line).toMatchObject(udpAsTshark(segment));
    expect(verdict === 'tcp').toBe(line['tcp.seq_raw'] !== '');
  });
});

test.each(['duplex.pcap', 'loss.pcap', 'mixed.pcap'])('%s: times as tshark has them', async (name) => {
  const theirs = tsharkFields(fixture(name), ['frame.time_epoch']).map((line) => line['frame.time_epoch']);
  const times: number[] = [];
  const { epochNs = 0n } = await readCapture([readFileSync(fixture(name))], (frame) =>
    times.push(frame.timeNs),
  );
  const ours = times.map((time) => {
    const ns = epochNs + BigInt(time);
    return `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, '0')}`;
  });
  expect(ours).toEqual(theirs);
});

test('the fixtures hold what the decoder must know', async () => {
  const mixed = (await decodeAll(readFileSync(fixture('mixed.pcap')))).map(({ verdict }) => verdict);
  expect(mixed.filter((verdict) => verdict === 'fragment')).toHaveLength(3);
  expect(mixed).toContain('udp');
  const lossy = await decodeAll(readFileSync(fixture('loss.pcap')));
  expect(lossy.filter(({ segment }) => segment.sackBlocks > 0).length).toBeGreaterThan(5);
});

/** A data segment of duplex.pcap: Ethernet 14, IPv4 20, TCP 32 with timestamps. */
async function dataFrame(): Promise<EditableFrame> {
  const frames = await readFixture('duplex.pcap');
  const found = frames.find(({ bytes, length }) => length > 500 && bytes.readUInt16BE(12) === 0x0800);
  if (found === undefined) throw new Error('duplex.pcap holds no data segment');
  return found;
}

async function verdictOf(frame: EditableFrame): Promise<{ verdict: Verdict; segment: Segment }> {
  const [only] = await decodeAll(pcapBytes([frame]));
  return only as NonNullable<typeof only>;
}

test('the payload length is that of the IP header when the frame was cut or padded', async () => {
  const frame = await dataFrame();
  const expected = frame.length - 66;
  const cut = await verdictOf({ ...frame, bytes: frame.bytes.subarray(0, 66) });
  const padded = await verdictOf({ ...frame, length: frame.length + 6 });
  expect([cut.segment.payloadLength, padded.segment.payloadLength]).toEqual([expected, expected]);
});

test('every cut inside the headers is short, and options cut by it are flagged', async () => {
  const frame = await dataFrame();
  for (let captured = 0; captured < 54; captured++)
    expect((await verdictOf({ ...frame, bytes: frame.bytes.subarray(0, captured) })).verdict).toBe('short');
  for (let captured = 54; captured <= 66; captured++) {
    const { verdict, segment } = await verdictOf({ ...frame, bytes: frame.bytes.subarray(0, captured) });
    expect([verdict, segment.optionsCut]).toEqual(['tcp', captured < 66]);
  }
});

test.each([
  ['IP version 6 in an IPv4 frame', 14, 0x65],
  ['an IP header of 16 bytes', 14, 0x44],
  ['an IP length beyond the frame', 16, 0xff],
  ['a TCP header of 16 bytes', 46, 0x40],
])('%s is malformed', async (_name, offset, value) => {
  const frame = await dataFrame();
  frame.bytes[offset] = value;
  expect((await verdictOf(frame)).verdict).toBe('malformed');
});

test.each([0, 1])('an option of length %i ends the options and nothing else', async (length) => {
  const frame = await dataFrame();
  frame.bytes[54] = 8;
  frame.bytes[55] = length;
  const { verdict, segment } = await verdictOf(frame);
  expect([verdict, segment.optionsCut, segment.tsval]).toEqual(['tcp', true, -1]);
});

test('an IP length of 0 stands for a frame longer than 65535 bytes', async () => {
  const frame = await dataFrame();
  frame.bytes.writeUInt16BE(0, 16);
  const { segment } = await verdictOf({ ...frame, length: 100_066 });
  expect([segment.payloadLength, segment.flags & TcpFlag.ack]).toEqual([100_000, TcpFlag.ack]);
});
