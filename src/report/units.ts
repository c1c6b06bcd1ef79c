// SPDX-License-Identifier: GPL-2.0-only

/** The unit that an axis is labelled in, and a value in it. */
export interface Unit {
  readonly name: string;
  readonly of: (value: number) => number;
}

/** Bytes as kB (10³) or MB (10⁶) where the largest value has five digits or more; other units stay. */
export function unitFor(unit: string, largest: number): Unit {
  if (unit === 'bytes' && largest >= 1e6) return { name: 'MB', of: (value) => value / 1e6 };
  if (unit === 'bytes' && largest >= 1e4) return { name: 'kB', of: (value) => value / 1e3 };
  return { name: unit, of: (value) => value };
}
