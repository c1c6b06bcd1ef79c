// SPDX-License-Identifier: GPL-2.0-only
import type { Round } from './bench.ts';

/** Measures each of `subjects`, forth in even rounds and back in odd ones, so that none always comes after another. */
export async function inTurn<T>(
  subjects: Readonly<Record<string, T>>,
  round: number,
  measure: (subject: T, name: string) => Promise<number>,
): Promise<Round> {
  const order = Object.entries(subjects);
  const values: Record<string, number> = {};
  for (const [name, subject] of round % 2 === 0 ? order : order.reverse())
    values[name] = await measure(subject, name);
  return values;
}
