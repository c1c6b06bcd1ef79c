// SPDX-License-Identifier: GPL-2.0-only
import type { CheckedClaim, Claims } from '../claims.ts';
import { type Asked, concerns, sizesNeeded } from '../verdict.ts';

/** A cell that could be measured: so many rows under one condition. */
export interface Candidate extends Asked {
  readonly seed: number;
  readonly repetitions: number;
}

/**
 * The least cells that can support every claim, in the plan's order: none of them can be left out. Claims that need more
 * sizes come first, so that the others find their rows among cells that are chosen already. A claim is given, one by one
 * until it has its `minimum_rows` and `minimum_sizes`, of the cells that its `where` admits: one of the size with the
 * fewest rows so far, with the lowest seed. Sizes are the smallest, the largest and those evenly between, as many as it
 * needs; others come when these have no cell left. What later claims made superfluous goes, the highest seeds first. Pure.
 */
export function leastCells<T extends Candidate>(claims: Claims, cells: readonly T[]): T[] {
  const chosen = new Set<T>();
  const checked = claims.claims.filter((claim) => claim.status === 'checked');
  for (const claim of checked.toSorted((a, b) => sizesNeeded(b) - sizesNeeded(a)))
    for (const cell of choose(claim, cells, chosen)) chosen.add(cell);
  const all = (measured: readonly T[]) => checked.every((claim) => isSupported(claim, measured));
  for (const cell of [...chosen].sort((a, b) => b.seed - a.seed)) {
    const without = [...chosen].filter((each) => each !== cell);
    if (all(without)) chosen.delete(cell);
  }
  return cells.filter((cell) => chosen.has(cell));
}

function choose<T extends Candidate>(claim: CheckedClaim, cells: readonly T[], before: ReadonlySet<T>): T[] {
  const about = cells.filter((cell) => concerns(claim, cell));
  const sizes = [...new Set(about.map(({ image_mb }) => image_mb))].sort((a, b) => a - b);
  const wanted = spread(sizes, sizesNeeded(claim));
  const mine = about.filter((cell) => before.has(cell));
  const rowsOf = (size: number) => rows(mine.filter(({ image_mb }) => image_mb === size));
  const added: T[] = [];
  while (!isSupported(claim, mine)) {
    const [next] = about
      .filter((cell) => !mine.includes(cell))
      .toSorted(
        (a, b) =>
          Number(wanted.includes(b.image_mb)) - Number(wanted.includes(a.image_mb)) ||
          rowsOf(a.image_mb) - rowsOf(b.image_mb) ||
          a.seed - b.seed,
      );
    if (!next) break;
    mine.push(next);
    added.push(next);
  }
  return added;
}

const rows = (cells: readonly Candidate[]) => cells.reduce((sum, { repetitions }) => sum + repetitions, 0);

/** Whether these cells, if all their rows count, are enough for a verdict. */
export function isSupported(claim: CheckedClaim, cells: readonly Candidate[]): boolean {
  const about = cells.filter((cell) => concerns(claim, cell));
  const sizes = new Set(about.map(({ image_mb }) => image_mb)).size;
  return rows(about) >= claim.minimum_rows && sizes >= sizesNeeded(claim);
}

/** So many of a sorted list, its ends first and the others at even ranks between them. */
function spread(sizes: readonly number[], amount: number): number[] {
  const count = Math.min(amount, sizes.length);
  if (count <= 1) return sizes.slice(0, count);
  return Array.from(
    { length: count },
    (_, index) => sizes[Math.round((index * (sizes.length - 1)) / (count - 1))] as number,
  );
}
