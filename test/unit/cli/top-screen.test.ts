// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { bytes, renderTop } from '../../../src/cli/top-screen.ts';
import type { End, Snapshot } from '../../../src/guest/observer.ts';

const end: End = {
  ...{ machine: 'node-b', local: '10.77.0.1:20000', remote: '10.77.0.100:5000', state: 'ESTAB' },
  ...{ recvQueue: 5448, sendQueue: 0, acked: 1, received: 1, retransmits: 3, cwnd: 78 },
  ...{ sendWindow: 348_416, receiveWindow: 1_224_960, rttMs: 6.528, outRate: 490_800, inRate: 0 },
  process: { name: 'workload', pid: 8288 },
};
const snapshot: Snapshot = {
  at: 60_000,
  ends: [end, { ...end, machine: 'peer', local: end.remote, remote: end.local }],
  moves: [{ local: end.local, remote: end.remote, from: 'node-a', to: 'node-b', at: 59_000 }],
  counters: [
    {
      machine: 'node-a',
      values: new Map([
        ['frozen', 1],
        ['built', 0],
        ['aborted', 0],
      ]),
    },
    {
      machine: 'node-b',
      values: new Map([
        ['frozen', 0],
        ['built', 1],
        ['aborted', 0],
      ]),
    },
    { machine: 'peer', values: new Map() },
  ],
  silent: [],
};
const marked = (colour: string, text: string) => `<${colour}>${text}`;
const plain = (_: string, text: string) => text;

test('a connection has a line with everything that is known of it', () => {
  const [, , titles = '', line = ''] = renderTop(snapshot, 'lab demo', 200, plain);
  const cell = (title: string) => {
    const at = titles.indexOf(title);
    return line.slice(at, at + title.length).trim();
  };
  expect(line).toMatch(
    /^node-b +10\.77\.0\.1:20000 +10\.77\.0\.100:5000 +workload 8288 +ESTAB +490\.8k +0 +78 +348\.4k +1\.22M +6\.5 +0 +5\.45k +3$/,
  );
  expect(cell('RTT ms')).toBe('6.5');
});

test('what has just moved is highlighted at its new machine alone, and not for ever', () => {
  const lines = renderTop(snapshot, 'lab demo', 200, marked);
  expect(lines.filter((line) => line.startsWith('<yellow>'))).toEqual([
    expect.stringMatching(/^<yellow>node-b/),
    expect.stringMatching(/^<yellow>moved {2}node-a -> node-b/),
  ]);
  const later = renderTop({ ...snapshot, at: 70_000 }, 'lab demo', 200, marked);
  expect(later.filter((line) => line.startsWith('<yellow>'))).toEqual([]);
  expect(later.some((line) => line.startsWith('moved'))).toBe(true);
});

test('counters that are 0 everywhere are left out, as is a machine without the module', () => {
  const lines = renderTop(snapshot, 'lab demo', 200, plain);
  const at = lines.findIndex((line) => line.startsWith('MODULE'));
  expect(lines.slice(at).map((line) => line.trim().split(/\s+/))).toEqual([
    ['MODULE', 'node-a', 'node-b'],
    ['frozen', '1', '0'],
    ['built', '0', '1'],
  ]);
});

test('no line is wider than the terminal', () => {
  for (const line of renderTop({ ...snapshot, silent: ['node-a'] }, 'lab demo', 40, plain))
    expect(line.length).toBeLessThanOrEqual(40);
});

test('an empty lab, and a machine that does not answer, are said', () => {
  const lines = renderTop(
    { ...snapshot, ends: [], moves: [], counters: [], silent: ['peer'] },
    'lab demo',
    80,
    plain,
  );
  expect(lines.join('\n')).toContain('no answer from peer');
  expect(lines.join('\n')).toContain('no connection');
});

test.each([
  [undefined, '-'],
  [0, '0'],
  [999, '999'],
  [1000, '1.00k'],
  [12_345, '12.3k'],
  [1_224_960, '1.22M'],
  [2.5e9, '2.50G'],
])('%s bytes are %s', (value, text) => {
  expect(bytes(value)).toBe(text);
});
