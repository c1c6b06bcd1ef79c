// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';

const count = z.int().nonnegative();
const numbers = z.record(z.string(), count);

/** What a node's kernel held while nobody had a connection (lab/tools/census.c). */
const censusSchema = z.object({
  event: z.literal('census'),
  name: z.enum(['before', 'after']),
  /** No socket without a program was left, TIME_WAIT included. */
  settled: z.boolean(),
  /** Objects in use, and bytes of each; a cache that is not there is empty. */
  slab: z.record(z.string(), z.tuple([count, count])),
  sockets: numbers,
  memory_kb: numbers,
  module: numbers,
});
type Census = z.infer<typeof censusSchema>;

/** Between the census before the migrations and that after them. */
export interface NodeGrowth {
  node: string;
  /** Slab caches that hold more or fewer objects, the largest growth first. */
  slab: { cache: string; objects: number; bytes: number }[];
  /** Of /proc/net/sockstat; only what is another number. */
  sockets: Record<string, number>;
  /** Pages that no line of /proc/meminfo accounts for, kB. Not judged: processors keep up to a megabyte of free ones. */
  unaccounted_kb: number;
  /** The module's counters, those of the warm-up not included. */
  module: Record<string, number>;
  /** What was left behind, or does not balance; empty when nothing was. */
  leaks: string[];
}

/**
 * What one migration leaves behind at a node is there once or half as often as there were migrations: each node is
 * origin or destination of every one. Half of the smaller of these is taken for a leak. Less is not told from what the
 * kernel keeps at hand: the receive path holds up to 64 buffer heads (NAPI_SKB_CACHE_SIZE), and programs that are
 * running hold a few objects more or fewer.
 */
const slabTolerance = (migrations: number): number => Math.max(4, migrations / 4);
const napiHeads = 64;
const heads = /^skbuff_(head_cache|small_head)$/;

/**
 * Addresses of vmalloc, among them every thread's stack, are given back together, after up to 32 MB of them (mm/vmalloc.c,
 * lazy_max_pages). The pages behind them are exact: VmallocUsed. A few stacks are kept for the next threads.
 */
const lazyAreas = 'vmap_area';
const keptStacksKb = 64;

/** Sockets are exact. `TCP mem` is not: each processor keeps up to a megabyte reserved (SK_MEMORY_PCPU_RESERVE). */
const exactSockets = ['sockets used', 'TCP inuse', 'TCP orphan', 'TCP tw', 'TCP alloc'];
const reservedPages = 256;

/** At rest every object that the module counts has come to an end. */
const balances: [whole: string, ...parts: string[]][] = [
  ['frozen', 'committed', 'aborted'],
  ['built', 'activated', 'discarded'],
  ['captured', 'reinjected', 'reinject_stale', 'capture_purged'],
];

/** @param events a node's events. Pure. */
export function growthOf(node: string, events: string, migrations: number): NodeGrowth {
  const found = events.split('\n').flatMap(parse);
  const [before, after] = (['before', 'after'] as const).map((name) =>
    found.find((each) => each.name === name),
  );
  const none = { node, slab: [], sockets: {}, unaccounted_kb: 0, module: {} };
  if (!before || !after)
    return { ...none, leaks: [`not counted ${before ? 'after' : 'before'} the migrations`] };
  const grown = {
    slab: slabGrowth(before, after),
    sockets: differing(difference(before.sockets, after.sockets)),
    unaccounted_kb: unaccounted(after) - unaccounted(before),
    module: difference(before.module, after.module),
  };
  const leaks = [
    ...(after.settled ? [] : ['sockets without a program are left']),
    ...slabLeaks(grown.slab, migrations),
    ...socketLeaks(grown.sockets),
    ...vmallocLeaks(before, after),
    ...imbalances(after.module),
  ];
  return { node, ...grown, leaks };
}

/** The last line of a machine that was lost may be cut off. */
function parse(line: string): Census[] {
  if (!line.includes('"event":"census"') || !line.endsWith('}')) return [];
  const { data } = censusSchema.safeParse(JSON.parse(line));
  return data ? [data] : [];
}

function slabGrowth(before: Census, after: Census): NodeGrowth['slab'] {
  const caches = [...new Set([...Object.keys(before.slab), ...Object.keys(after.slab)])];
  return caches
    .map((cache) => {
      const [was, is] = [before.slab[cache], after.slab[cache]];
      const objects = (is?.[0] ?? 0) - (was?.[0] ?? 0);
      return { cache, objects, bytes: objects * (is ?? was ?? [0, 0])[1] };
    })
    .filter(({ objects }) => objects !== 0)
    .sort((a, b) => b.objects - a.objects);
}

function slabLeaks(slab: NodeGrowth['slab'], migrations: number): string[] {
  return slab
    .filter(({ cache }) => cache !== lazyAreas)
    .filter(({ cache, objects }) => objects > slabTolerance(migrations) + (heads.test(cache) ? napiHeads : 0))
    .map(({ cache, objects }) => `${objects} objects of ${cache} in ${migrations} migrations`);
}

function socketLeaks(sockets: NodeGrowth['sockets']): string[] {
  const more = exactSockets.filter((name) => (sockets[name] ?? 0) > 0);
  return [
    ...more.map((name) => `${name}: ${sockets[name]} more`),
    ...((sockets['TCP mem'] ?? 0) > reservedPages ? [`TCP mem: ${sockets['TCP mem']} pages more`] : []),
  ];
}

function vmallocLeaks(before: Census, after: Census): string[] {
  const more = (after.memory_kb.VmallocUsed ?? 0) - (before.memory_kb.VmallocUsed ?? 0);
  return more > keptStacksKb ? [`${more} kB of vmalloc`] : [];
}

function imbalances(counters: Record<string, number>): string[] {
  const of = (name: string) => counters[name] ?? Number.NaN;
  return balances
    .filter(([whole, ...parts]) => of(whole) !== parts.reduce((sum, part) => sum + of(part), 0))
    .map(
      ([whole, ...parts]) =>
        `${of(whole)} ${whole} are not ${parts.map((part) => `${of(part)} ${part}`).join(' + ')}`,
    );
}

/** Of the kernel's own: what is neither free, a program's, a file's, nor in a slab, a stack or a table. */
function unaccounted({ memory_kb }: Census): number {
  const of = (name: string) => memory_kb[name] ?? 0;
  const known = ['MemFree', 'Cached', 'Buffers', 'AnonPages', 'Slab', 'KernelStack', 'PageTables', 'Percpu'];
  return known.reduce((left, name) => left - of(name), of('MemTotal'));
}

const difference = (before: Record<string, number>, after: Record<string, number>) =>
  Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]));

const differing = (values: Record<string, number>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0));
