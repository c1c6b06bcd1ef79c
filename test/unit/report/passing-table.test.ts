// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { renderPassing } from '../../../src/report/passing-table.ts';

const pass = {
  ...{ machine: 'node-a', peer: '10.77.0.100:41000', reason: '', served: 1_234_567, received: 61_000 },
  ...{ state_bytes: 34_500, frozen_us: 12_340, captured: 7, reinjected: 6, dropped: 0 },
};

test('passes, connections and claims, each in words', () => {
  const text = renderPassing({
    passes: [
      { ...pass, status: 'passed', to: 'node-b' },
      { ...pass, status: 'kept', to: '', reason: 'destination: CAPTURE: captured' },
    ],
    connections: [
      { port: 41000, passes: 1, sent: 5, received: 9, problem: '' },
      { port: 41001, passes: 0, sent: 5, received: 9, problem: '1 wrong bytes at the peer, 0 at the server' },
    ],
    findings: [
      { claim: 'peer-unmodified', holds: true, evidence: 'its own kernel' },
      { claim: 'nothing-contradictory', holds: false, evidence: '3 that go back' },
    ],
  });
  const lines = text.split('\n');
  expect(lines[1]).toMatch(
    /^1 +10\.77\.0\.100:41000 +node-a +node-b +1\.2 MB +61\.0 kB +34\.5 kB +12\.3 ms +7 segments, 6 given on, 0 lost$/,
  );
  expect(lines[2]).toContain('– (destination: CAPTURE: captured)');
  expect(text).toContain('2 connections: 1 whole, every byte right at both ends; 1 stayed where they were');
  expect(text).toContain('✗ port 41001: 1 wrong bytes');
  expect(lines.slice(-2)).toEqual([
    '✓ peer-unmodified: its own kernel',
    '✗ nothing-contradictory: 3 that go back',
  ]);
});
