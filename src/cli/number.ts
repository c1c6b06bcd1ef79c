// SPDX-License-Identifier: GPL-2.0-only
import { InvalidArgumentError } from 'commander';

/** Reads an option that is a count of at least one. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError('expected a whole number above 0');
  return value;
}

/** Reads an option that is a time or a rate above nothing. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value <= 0) throw new InvalidArgumentError('expected a number above 0');
  return value;
}
