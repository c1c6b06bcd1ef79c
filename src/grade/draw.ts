// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import type { DrawnNumber } from '../spec/assignment.ts';

/** Seed of the checks that a student runs: anybody's. */
export const publicSeed = 'public';

/** Choices that follow from a seed. The same words, the same choice. */
export interface Draw {
  /** One of them. */
  one<T>(what: string, of: T | readonly T[]): T;
  /** One of a list, or a number between two, in tenths. */
  number(what: string, of: DrawnNumber): number;
  /** A whole number from `from` on, up to `to`. */
  whole(what: string, from: number, to: number): number;
}

/**
 * Choices for one check. The seed is the course's secret: who knows what a check is made of knows nothing of the others.
 *
 * @param names what the choices are for: assignment, check, and submission where each has its own
 */
export function drawFrom(seed: string, ...names: readonly string[]): Draw {
  const share = (what: string): number => {
    const hash = createHash('sha256').update(JSON.stringify([seed, ...names, what]));
    return hash.digest().readUIntBE(0, 6) / 2 ** 48;
  };
  const whole = (what: string, from: number, to: number) => from + Math.floor(share(what) * (to - from + 1));
  const one = <T>(what: string, of: T | readonly T[]): T => {
    const list = (Array.isArray(of) ? of : [of]) as readonly T[];
    return list[whole(what, 0, list.length - 1)] as T;
  };
  const number = (what: string, of: DrawnNumber): number =>
    typeof of === 'object' && 'from' in of
      ? whole(what, Math.round(of.from * 10), Math.round(of.to * 10)) / 10
      : one(what, of);
  return { one, number, whole };
}
