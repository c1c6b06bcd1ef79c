// SPDX-License-Identifier: GPL-2.0-only
import type { NodeGrowth } from '../analysis/census.ts';
import type { Soak } from '../analysis/soak.ts';
import { count, number } from './format.ts';

const marks = { true: '✓', false: '✗' } as const;

/** What was asked of a soak, each with what was found; then what did not hold, cell by cell. Pure. */
export function renderSoak(soak: Soak): string {
  const { asked, migrations, cells, delay_ms: delay } = soak;
  const nodes = cells.flatMap((cell) => cell.nodes);
  const leaks = (of: (leak: string) => boolean) =>
    nodes.reduce((sum, node) => sum + node.leaks.filter(of).length, 0);
  const balance = leaks((leak) => / are not /.test(leak));
  const sockets = leaks((leak) => /^(TCP|sockets)/.test(leak));
  const memory = leaks(() => true) - balance - sockets;
  const lines: [holds: boolean, text: string][] = [
    [
      migrations >= asked,
      `${number(migrations)} of ${count(asked, 'migration')} good, in ${cells.length} boots`,
    ],
    [soak.bytes_wrong === 0, `${count(soak.bytes_wrong, 'wrong byte')}`],
    [soak.rst === 0, `${soak.rst} RST`],
    [soak.seq_backwards === 0, `${count(soak.seq_backwards, 'segment')} that went back`],
    [memory === 0, `memory: ${largest(nodes)}`],
    [sockets === 0, `sockets: ${sockets === 0 ? 'as many as before' : 'some are left'}`],
    [
      balance === 0,
      `captures: ${number(soak.captured)} segments kept = ${number(soak.reinjected)} delivered + ${number(soak.stale)} stale + ${number(soak.purged)} purged`,
    ],
  ];
  return [
    ...lines.map(([holds, text]) => `${marks[`${holds}`]} ${text}`),
    `  delay: ${number(delay.median)} ms at the median, ${number(delay.most)} ms at most`,
    ...cells.flatMap(({ cell, wrongs }) => told(cell, wrongs)),
  ].join('\n');
}

function largest(nodes: readonly NodeGrowth[]): string {
  const grown = nodes.flatMap(({ node, slab }) => slab.map((each) => ({ node, ...each })));
  const most = grown.reduce<(typeof grown)[number] | undefined>(
    (best, each) => (each.objects > (best?.objects ?? 0) ? each : best),
    undefined,
  );
  if (!most) return 'no slab cache has grown';
  return `the cache that grew most is ${most.cache}, by ${count(most.objects, 'object')} (${most.node})`;
}

const toldAtMost = 8;

function told(cell: string, wrongs: readonly string[]): string[] {
  const more = wrongs.length - toldAtMost;
  return [
    ...wrongs.slice(0, toldAtMost).map((wrong) => `✗ ${cell}: ${wrong}`),
    ...(more > 0 ? [`  ${cell}: and ${more} more, in soak.json`] : []),
  ];
}
