// SPDX-License-Identifier: GPL-2.0-only
import { groupBy } from './grouping.ts';

interface Sample {
  readonly x: number;
  readonly y: number;
}

/**
 * At most about 4 * `columns` points of a step curve, in which it looks the same: of each column of the picture the
 * first, the last, the lowest and the highest stay. A curve with fewer points stays whole.
 */
export function thin(samples: readonly Sample[], columns = 250): Sample[] {
  const sorted = samples.toSorted((a, b) => a.x - b.x);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined || sorted.length <= 4 * columns) return sorted;
  const width = (last.x - first.x) / columns || 1;
  const byColumn = groupBy(sorted, (s) => Math.floor((s.x - first.x) / width));
  return [...byColumn.values()].flatMap(extremes);
}

function extremes(column: readonly Sample[]): Sample[] {
  const low = column.reduce((a, b) => (b.y < a.y ? b : a));
  const high = column.reduce((a, b) => (b.y > a.y ? b : a));
  const kept = new Set([column[0], column.at(-1), low, high]);
  return column.filter((sample) => kept.has(sample));
}
