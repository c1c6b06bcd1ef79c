// SPDX-License-Identifier: GPL-2.0-only

/**
 * The wires of a machine that runs, by the order of its cards, from QEMU's `info network`: each card and the backend it
 * is plugged into, of which one is indented below the other (net/net.c). Pure.
 */
export function wiresOf(infoNetwork: string): string[] {
  const cards: { number: number; wire: string }[] = [];
  let card: number | undefined;
  for (const line of infoNetwork.split(/\r?\n/)) {
    const onHub = /^ \\ ([^:]+): virtio-net-pci\.(\d+): .*type=nic/.exec(line);
    const below = /^ \\ ([^:]+): index=/.exec(line);
    if (onHub) cards.push({ number: Number(onHub[2]), wire: onHub[1] ?? '' });
    else if (below && card !== undefined) cards.push({ number: card, wire: below[1] ?? '' });
    if (/^\S/.test(line)) card = number(/^virtio-net-pci\.(\d+): .*type=nic/.exec(line)?.[1]);
  }
  return cards
    .filter(({ wire }) => !isSpare(wire))
    .sort((a, b) => a.number - b.number)
    .map(({ wire }) => wire);
}

const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));

/** A card that only makes a machine alike to a saved one (plan/qemu.ts). */
const isSpare = (wire: string) => /^spare\d+$/.test(wire);
