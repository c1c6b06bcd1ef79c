// SPDX-License-Identifier: GPL-2.0-only

/** Where two JSON values differ, a line each: `seed: 1, now 2`. Pure. */
export function differences(before: unknown, now: unknown, path = ''): string[] {
  if (!isBranch(before) || !isBranch(now))
    return JSON.stringify(before) === JSON.stringify(now)
      ? []
      : [`${path}: ${told(before)}, now ${told(now)}`];
  const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...keys].flatMap((key) => differences(before[key], now[key], path ? `${path}.${key}` : key));
}

type Branch = Record<string, unknown>;
const isBranch = (value: unknown): value is Branch => typeof value === 'object' && value !== null;

function told(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
