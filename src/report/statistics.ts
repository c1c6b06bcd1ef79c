// SPDX-License-Identifier: GPL-2.0-only
import { median, quantileSorted } from 'simple-statistics';
import { draw, randomNumbers } from '../random.ts';

export interface Point {
  readonly size: number;
  readonly value: number;
}
export interface Estimate {
  readonly value: number;
  /** 95% interval; the value itself twice where the statistic is exact. */
  readonly low: number;
  readonly high: number;
}

/** Slope of value over size: the median of the slopes of all pairs with different sizes (Theil 1950, Sen 1968). */
export function theilSenSlope(points: readonly Point[]): number {
  const slopes = points.flatMap((a, i) =>
    points.slice(i + 1).flatMap((b) => (a.size === b.size ? [] : [(b.value - a.value) / (b.size - a.size)])),
  );
  if (slopes.length === 0) throw new RangeError('a slope needs points of two sizes');
  return median(slopes);
}

/** Change from the smallest to the largest size on the Theil-Sen line, as a share of the median value. */
export function changeOverSizes(points: readonly Point[]): number {
  const sizes = points.map((p) => p.size);
  const middle = median(points.map((p) => p.value));
  const change = theilSenSlope(points) * (Math.max(...sizes) - Math.min(...sizes));
  return change === 0 ? 0 : change / middle;
}

export const medianOf = (points: readonly Point[]): number => median(points.map((p) => p.value));

/**
 * Statistic and its 95% percentile interval (Efron 1979), resampled within each size so that every resample has all sizes.
 * The seed is fixed: the same rows give the same interval.
 */
export function bootstrap(
  points: readonly Point[],
  statistic: (points: readonly Point[]) => number,
  resamples = 1000,
): Estimate {
  const groups = [...bySize(points).values()];
  const random = randomNumbers(0x6d69676c);
  const draws = Array.from({ length: resamples }, () =>
    statistic(groups.flatMap((group) => group.map(() => draw(group, random)))),
  ).sort((a, b) => a - b);
  return { value: statistic(points), low: quantileSorted(draws, 0.025), high: quantileSorted(draws, 0.975) };
}

/** Points of each size, sizes ascending. */
export function bySize<T extends { readonly size: number }>(points: readonly T[]): Map<number, T[]> {
  const sizes = [...new Set(points.map((p) => p.size))].sort((a, b) => a - b);
  return new Map(sizes.map((size) => [size, points.filter((p) => p.size === size)]));
}
