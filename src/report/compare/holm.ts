// SPDX-License-Identifier: GPL-2.0-only

/**
 * The p of several tests, corrected for there being several (Holm 1979): comparing each with alpha, the chance that any
 * true hypothesis is rejected is at most alpha. In the order given.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, index) => index).sort((x, y) => (ps[x] as number) - (ps[y] as number));
  const corrected = new Array<number>(ps.length);
  let least = 0;
  order.forEach((index, rank) => {
    least = Math.max(least, Math.min(1, (ps[index] as number) * (ps.length - rank)));
    corrected[index] = least;
  });
  return corrected;
}
