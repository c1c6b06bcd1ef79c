// SPDX-License-Identifier: GPL-2.0-only
import { median, quantileSorted } from 'simple-statistics';
import { draw, randomNumbers } from '../../random.ts';
import type { Estimate } from '../statistics.ts';

/** What one boot gave: its migrations have one kernel, one seed, one host's hour in common, and count once. */
export interface SeedValue {
  readonly seed: number;
  readonly value: number;
}

const RESAMPLES = 2000;
const SEED = 0x6d69676c;

/**
 * Ratio of the medians, head to base, with its 95% percentile bootstrap interval (Efron 1979), resampled by seed. Where
 * both have the same seeds a seed is drawn for both at once: what a seed does to both cancels. The same values give the
 * same interval. Infinity where base's median is 0 and head's is not; 1 where both are.
 */
export function ratioOfMedians(base: readonly SeedValue[], head: readonly SeedValue[]): Estimate {
  const random = randomNumbers(SEED);
  const pairs = pairsOf(base, head);
  const resample = pairs
    ? () => {
        const drawn = pairs.map(() => draw(pairs, random));
        return ratio(
          drawn.map(([one]) => one),
          drawn.map(([, other]) => other),
        );
      }
    : () => ratio(drawn(base, random), drawn(head, random));
  return { value: ratioOf(base, head), ...interval(resample) };
}

/** The same without the interval. */
export const ratioOf = (base: readonly SeedValue[], head: readonly SeedValue[]): number =>
  ratio(values(base), values(head));

/** The median with its 95% percentile bootstrap interval, resampled by seed. */
export function medianOfSeeds(sample: readonly SeedValue[]): Estimate {
  const random = randomNumbers(SEED);
  return { value: median(values(sample)), ...interval(() => median(drawn(sample, random))) };
}

/** How far a ratio is from 1, as a share and whichever way: 0.25 for 1.25 and for 0.8. */
export const sizeOf = (ratio: number): number => Math.max(ratio, 1 / ratio) - 1;

export const values = (sample: readonly SeedValue[]): number[] => sample.map(({ value }) => value);

function interval(resample: () => number): Pick<Estimate, 'low' | 'high'> {
  const draws = Array.from({ length: RESAMPLES }, resample).sort((a, b) => a - b);
  return { low: quantileSorted(draws, 0.025), high: quantileSorted(draws, 0.975) };
}

const drawn = (sample: readonly SeedValue[], random: () => number) =>
  sample.map(() => draw(sample, random).value);

function ratio(base: number[], head: number[]): number {
  const [below, above] = [median(base), median(head)];
  return below === above ? 1 : above / below;
}

/** Both values of each seed; undefined where the seeds are not the same. */
function pairsOf(base: readonly SeedValue[], head: readonly SeedValue[]): [number, number][] | undefined {
  const heads = new Map(head.map(({ seed, value }) => [seed, value]));
  if (base.length !== head.length || !base.every(({ seed }) => heads.has(seed))) return undefined;
  return base.map(({ seed, value }) => [value, heads.get(seed) as number]);
}
