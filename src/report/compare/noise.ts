// SPDX-License-Identifier: GPL-2.0-only
import { ratioOf, type SeedValue, sizeOf } from './effect.ts';
import { type Sample, sampleKey } from './trial.ts';

/** A half of fewer values says more of its seeds than of the noise. */
const VALUES_A_HALF = 3;

/**
 * The largest effect that equal code showed, as a share, for each metric and condition by its key; what cannot be known
 * is not in it. From further runs of the same code: each of them, and the base, against each other. Without any, from
 * halves of the base: the first against the last, which a drift moves apart, and the odd against the even. Pure.
 */
export function noiseFloor(
  base: readonly Sample[],
  further: readonly (readonly Sample[])[],
): ReadonlyMap<string, number> {
  const floor = new Map<string, number>();
  const raise = (key: string, one: readonly SeedValue[], other: readonly SeedValue[]) =>
    floor.set(key, Math.max(floor.get(key) ?? 0, sizeOf(ratioOf(one, other))));
  if (further.length === 0) {
    for (const sample of base)
      for (const [one, other] of halves(sample.values)) raise(sampleKey(sample), one, other);
    return floor;
  }
  const runs = [base, ...further].map((run) => new Map(run.map((sample) => [sampleKey(sample), sample])));
  runs.forEach((run, index) => {
    for (const later of runs.slice(index + 1))
      for (const [key, { values }] of run) {
        const other = later.get(key);
        if (other) raise(key, values, other.values);
      }
  });
  return floor;
}

type Halves = [SeedValue[], SeedValue[]];

function halves(values: readonly SeedValue[]): Halves[] {
  const half = Math.floor(values.length / 2);
  if (half < VALUES_A_HALF) return [];
  const split = (isFirst: (index: number) => boolean): Halves => [
    values.filter((_, index) => isFirst(index)),
    values.filter((_, index) => !isFirst(index)),
  ];
  return [split((index) => index < half), split((index) => index % 2 === 0)];
}
