// SPDX-License-Identifier: GPL-2.0-only

/**
 * Each item for one and for the other, in turns, and who comes first in turns too: A B, B A, A B, … A host that becomes
 * slower, at whatever even rate, then slows both alike. Pure.
 */
export const interleave = <T, S>(items: readonly T[], [a, b]: readonly [S, S]): { item: T; side: S }[] =>
  items.flatMap((item, index) => (index % 2 === 0 ? [a, b] : [b, a]).map((side) => ({ item, side })));
