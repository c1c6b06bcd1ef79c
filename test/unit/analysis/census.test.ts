// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { growthOf } from '../../../src/analysis/census.ts';

const counters = {
  ...{ frozen: 10, committed: 9, aborted: 1, built: 9, activated: 9, discarded: 0 },
  ...{ captured: 30, reinjected: 20, reinject_stale: 7, capture_purged: 3 },
};
const before = {
  ...{ event: 'census', name: 'before', settled: true },
  slab: { TCP: [4, 2304], 'kmalloc-64': [1000, 64], skbuff_head_cache: [300, 256] },
  sockets: { 'sockets used': 20, 'TCP inuse': 3, 'TCP orphan': 0, 'TCP tw': 0, 'TCP alloc': 4, 'TCP mem': 0 },
  memory_kb: { MemTotal: 700_000, MemFree: 600_000, Slab: 20_000, Cached: 50_000 },
  module: counters,
};
type Census = Omit<typeof before, 'slab' | 'memory_kb'> & {
  slab: Record<string, number[]>;
  memory_kb: Record<string, number>;
};

/** What 100 migrations left behind where the second census says so. */
const left = (after: Partial<Census>) =>
  growthOf(
    'node-a',
    [before, { ...before, name: 'after', ...after }].map((each) => JSON.stringify(each)).join('\n'),
    100,
  );

test('nothing has grown: nothing is left behind', () => {
  expect(left({})).toEqual({
    ...{ node: 'node-a', slab: [], sockets: {}, unaccounted_kb: 0, leaks: [] },
    module: Object.fromEntries(Object.keys(counters).map((name) => [name, 0])),
  });
});

test('an object for each second migration is a leak; a few more are not', () => {
  const grown = (cache: string, objects: number) =>
    left({ slab: { ...before.slab, [cache]: [objects, 64] } });
  expect(grown('kmalloc-64', 1050).leaks).toEqual(['50 objects of kmalloc-64 in 100 migrations']);
  expect(grown('kmalloc-64', 1025).leaks).toEqual([]);
  expect(grown('new-cache', 26).leaks).toEqual(['26 objects of new-cache in 100 migrations']);
  expect(grown('skbuff_head_cache', 300 + 25 + 64).leaks).toEqual([]);
  expect(grown('skbuff_head_cache', 300 + 25 + 65).leaks).toHaveLength(1);
  expect(grown('kmalloc-64', 1050).slab).toEqual([{ cache: 'kmalloc-64', objects: 50, bytes: 3200 }]);
});

test('addresses of vmalloc are given back late, its pages are not', () => {
  expect(left({ slab: { ...before.slab, vmap_area: [1000, 72] } }).leaks).toEqual([]);
  expect(left({ memory_kb: { ...before.memory_kb, VmallocUsed: 64 } }).leaks).toEqual([]);
  expect(left({ memory_kb: { ...before.memory_kb, VmallocUsed: 80 } }).leaks).toEqual(['80 kB of vmalloc']);
});

test('one socket more is a leak, and one that no program has', () => {
  const sockets = (more: Record<string, number>) => left({ sockets: { ...before.sockets, ...more } }).leaks;
  expect(sockets({ 'TCP alloc': 5 })).toEqual(['TCP alloc: 1 more']);
  expect(sockets({ 'TCP mem': 256 })).toEqual([]);
  expect(sockets({ 'TCP mem': 257 })).toEqual(['TCP mem: 257 pages more']);
  expect(left({ settled: false }).leaks).toEqual(['sockets without a program are left']);
});

test('what was frozen, built and captured has come to an end', () => {
  const counted = (more: Record<string, number>) => left({ module: { ...counters, ...more } }).leaks;
  expect(counted({ captured: 31 })).toEqual([
    '31 captured are not 20 reinjected + 7 reinject_stale + 3 capture_purged',
  ]);
  expect(counted({ frozen: 11 })).toEqual(['11 frozen are not 9 committed + 1 aborted']);
  expect(counted({ activated: 8 })).toEqual(['9 built are not 8 activated + 0 discarded']);
});

test('a machine that was lost before the second census has not been counted', () => {
  expect(growthOf('node-a', JSON.stringify(before), 100).leaks).toEqual(['not counted after the migrations']);
  expect(growthOf('node-a', '', 100).leaks).toEqual(['not counted before the migrations']);
});
