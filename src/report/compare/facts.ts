// SPDX-License-Identifier: GPL-2.0-only
import type { RunRecord } from '../../analysis/run-record.ts';

/** What of the circumstances is compared: a change of one of them may be what the numbers show. The module is not among them. */
const FACTS: readonly [string, (record: RunRecord) => string | number | null | undefined][] = [
  ['experiment', ({ experiment }) => experiment.file],
  ['guests’ kernel', ({ guest }) => guest.kernel],
  ['image lock', ({ image }) => image.lock_sha256],
  ['QEMU', ({ qemu }) => qemu.version],
  ['acceleration', ({ accelerator }) => accelerator],
  ['host’s processor', ({ host }) => host.processor],
  ['host’s processors', ({ host }) => host.processors],
  ['host’s kernel', ({ host }) => host.kernel],
];

/** A line for each fact that both records have and that is not the same. On the virtual clock the host does not count. Pure. */
export function differingFacts(base: RunRecord, head: RunRecord): string[] {
  const isExact = base.clock === 'virtual' && head.clock === 'virtual';
  return FACTS.flatMap(([name, of]) => {
    if (isExact && name.startsWith('host')) return [];
    const [one, other] = [of(base) ?? 'not recorded', of(head) ?? 'not recorded'];
    return one === other ? [] : [`${name}: ${one} in BASE, ${other} in HEAD`];
  });
}
