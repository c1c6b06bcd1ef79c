// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { absentMeasurement } from '../../../src/analysis/row.ts';
import { type GateFacts, judge } from '../../../src/analysis/validity.ts';
import { spec } from './migrated-cell.ts';

const good: GateFacts = {
  ...{
    migrationStatus: 'ok',
    migrationReason: '',
    faults: [],
    sourceChanges: 1,
    overtaken: false,
    wireReorders: false,
    soak: false,
  },
  ...{ alive: true, memoryVerified: true },
};

/** A row of rates; everything else is as it should be. */
function row(rates: {
  role?: 'source' | 'sink' | 'duplex';
  asked: [number, number];
  before: [number, number];
  lab: [number | null, number | null];
}) {
  const { status: _status, reason: _reason, ...figures } = absentMeasurement(spec, 1, 'valid', '');
  const { role = 'duplex' as const, asked, before, lab } = rates;
  return {
    ...{ ...figures, role, delay_ms: 1, rate_mb_s: asked[0], peer_rate_mb_s: asked[1] },
    ...{ tx_before_mb_s: before[0], peer_tx_before_mb_s: before[1] },
    ...{ tx_lab_mb_s: lab[0], peer_tx_lab_mb_s: lab[1] },
  };
}

test.each([
  ['what was asked', row({ asked: [100, 20], before: [99, 20], lab: [99, 20] }), 'valid'],
  ['exactly 80% of it', row({ asked: [100, 20], before: [80, 16], lab: [100, 20] }), 'valid'],
  ['less than 80%', row({ asked: [100, 20], before: [79, 20], lab: [100, 20] }), 'inconclusive'],
  ['less than 80% from the peer', row({ asked: [100, 20], before: [99, 15], lab: [99, 20] }), 'inconclusive'],
  [
    'what the lab carries, below what was asked',
    row({ asked: [120, 20], before: [50, 20], lab: [60, 20] }),
    'valid',
  ],
  ['as fast as it goes', row({ asked: [0, 0], before: [50, 50], lab: [60, 60] }), 'valid'],
  ['as fast as it goes, not held', row({ asked: [0, 0], before: [40, 50], lab: [60, 60] }), 'inconclusive'],
  ['as fast as it goes, unknown', row({ asked: [0, 0], before: [40, 50], lab: [null, 60] }), 'inconclusive'],
  [
    'nothing where the lab carried nothing',
    row({ asked: [0, 0], before: [0, 0], lab: [0, 0] }),
    'inconclusive',
  ],
  [
    'a source whose peer is silent',
    row({ role: 'source', asked: [9, 9], before: [9, 0], lab: [9, 0] }),
    'valid',
  ],
  ['a sink that is silent', row({ role: 'sink', asked: [9, 9], before: [0, 9], lab: [0, 9] }), 'valid'],
])('%s', (_name, figures, status) => {
  expect(judge(figures, good).status).toBe(status);
});

test('wrong outweighs unmeasured, and says every reason', () => {
  const figures = { ...row({ asked: [100, 20], before: [1, 1], lab: [100, 20] }), rst: 1, bytes_wrong: 3 };
  expect(judge(figures, good)).toEqual({ status: 'invalid', reason: '3 wrong bytes; 1 RST' });
});

test('nothing measured is never valid', () => {
  const figures = { ...row({ asked: [9, 9], before: [9, 9], lab: [9, 9] }), delay_ms: null };
  expect(judge(figures, { ...good, sourceChanges: 0 }).status).toBe('inconclusive');
});

test('segments of the origin that the wire delivered late measure nothing; an origin that still sends is wrong', () => {
  const figures = {
    ...row({ asked: [9, 9], before: [9, 9], lab: [9, 9] }),
    ts_backwards: 4,
    ack_backwards: 1,
  };
  const facts = { ...good, sourceChanges: 3 };
  expect(judge(figures, { ...facts, overtaken: true }).status).toBe('inconclusive');
  expect(judge(figures, facts).reason).toContain('two machines sent in turn');
});

test('where the wire was asked to change the order of frames, old acknowledgements and timestamps are no wrong', () => {
  const figures = {
    ...row({ asked: [5, 5], before: [5, 5], lab: [5, 5] }),
    ...{ ack_backwards: 3, ts_backwards: 2 },
  };
  expect(judge(figures, good).status).toBe('invalid');
  expect(judge(figures, { ...good, wireReorders: true }).status).toBe('valid');
});
