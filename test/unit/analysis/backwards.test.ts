// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { BackwardsWatch } from '../../../src/analysis/backwards.ts';
import { createSegment, type Segment } from '../../../src/pcap/segment.ts';

const sent = (tsval: number, tsecr: number, payloadLength = 0): Segment => ({
  ...createSegment(),
  ...{ tsval, tsecr, payloadLength },
});

/** The peer has acknowledged 1000 at its time 10 and 2000 at 20. */
function watch(): BackwardsWatch {
  const backwards = new BackwardsWatch();
  backwards.peerAcknowledged(10, 1000);
  backwards.peerAcknowledged(20, 2000);
  return backwards;
}
const none = { seq: false, ack: false, timestamp: false };

test.each([
  ['a retransmission of what it does not know to be acknowledged', sent(1, 10, 100), 900, none],
  ['one that crossed the acknowledgement', sent(1, 20, 100), 1500, none],
  ['one of what it knows to be acknowledged', sent(1, 20, 100), 900, { ...none, seq: true }],
  ['one that reaches beyond it', sent(1, 20, 100), 901, none],
  ['a window probe', sent(1, 20), 999, none],
  ['an acknowledgement from the past', sent(1, 20), 998, { ...none, seq: true }],
  ['no timestamps', sent(-1, -1, 100), 0, none],
])('%s', (_name, segment, start, expected) => {
  expect(watch().nodeSent(segment, start, 0)).toEqual(expected);
});

test('acknowledgements and timestamps, also across the wrap of timestamps', () => {
  const backwards = watch();
  expect(backwards.nodeSent(sent(2 ** 32 - 1, 10), 2000, 50)).toEqual(none);
  expect(backwards.nodeSent(sent(3, 10), 2000, 50)).toEqual(none);
  expect(backwards.nodeSent(sent(2, 10), 2000, 49)).toEqual({ seq: false, ack: true, timestamp: true });
  expect(backwards.nodeSent(sent(3, 10), 2000, 50)).toEqual(none);
});

test('remembers the last 4096 timestamps of the peer in constant memory', () => {
  const backwards = new BackwardsWatch();
  for (let tick = 0; tick < 10_000; tick++) backwards.peerAcknowledged(tick, tick * 10);
  expect(backwards.nodeSent(sent(1, 9001, 10), 89_990, 0).seq).toBe(true);
  expect(backwards.nodeSent(sent(1, 9001, 10), 89_991, 0).seq).toBe(false);
  expect(backwards.nodeSent(sent(1, 500, 10), 0, 0).seq).toBe(false);
});
