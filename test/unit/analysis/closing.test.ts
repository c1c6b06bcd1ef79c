// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { Closing } from '../../../src/analysis/closing.ts';
import { createSegment, TcpFlag } from '../../../src/pcap/segment.ts';

const segment = (flags: number, seq: number, ack: number, payloadLength = 0) => ({
  ...createSegment(),
  flags,
  seq,
  ack,
  payloadLength,
});
const fin = TcpFlag.fin | TcpFlag.ack;

test('a connection is over when both FINs have been acknowledged, and not before', () => {
  const closing = new Closing();
  closing.observe(segment(fin, 1000, 500), 'node');
  expect(closing.isOver).toBe(false);
  closing.observe(segment(TcpFlag.ack, 500, 1001), 'peer');
  closing.observe(segment(fin, 500, 1001, 16), 'peer');
  expect(closing.isOver).toBe(false);
  closing.observe(segment(TcpFlag.ack, 1001, 516), 'node');
  expect(closing.isOver).toBe(false);
  closing.observe(segment(TcpFlag.ack, 1001, 517), 'node');
  expect(closing.isOver).toBe(true);
});

test('sequence numbers wrap', () => {
  const closing = new Closing();
  closing.observe(segment(fin, 0xffffffff, 7), 'node');
  closing.observe(segment(fin, 7, 0), 'peer');
  closing.observe(segment(TcpFlag.ack, 0, 8), 'node');
  expect(closing.isOver).toBe(true);
});
