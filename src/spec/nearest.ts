// SPDX-License-Identifier: GPL-2.0-only

/**
 * The known word that somebody probably meant: one with few letters changed, added, left out or swapped, or one that goes
 * on where the given one ends (`timeout`, `timeout_s`). Undefined where none is near. Pure.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(word.length / 3));
  const [best] = known
    .map((each) => ({ each, letters: distance(word, each), goesOn: isBeginning(word, each) }))
    .filter(({ letters, goesOn }) => letters <= most || goesOn)
    .sort((a, b) => a.letters - b.letters);
  return best?.each;
}

const isBeginning = (a: string, b: string): boolean =>
  Math.min(a.length, b.length) >= 3 && (b.startsWith(a) || a.startsWith(b));

/** Letters to change, add, leave out or swap with their neighbour: the optimal string alignment. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] as number;
  for (let row = 1; row <= a.length; row++) {
    rows.push([row]);
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const ways = [
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (isSame ? 0 : 1),
        ...(isSwapped ? [at(row - 2, column - 2) + 1] : []),
      ];
      rows[row]?.push(Math.min(...ways));
    }
  }
  return at(a.length, b.length);
}
