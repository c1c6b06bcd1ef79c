// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';

/** A number with a unit, kept as it is written; `read` gives what it means. */
export interface Quantity {
  schema: z.ZodString;
  /** @param text what the schema let through */
  read: (text: string) => number;
}

function quantity(
  units: Record<string, number>,
  expected: string,
  isGood = (value: number) => value > 0,
): Quantity {
  const form = new RegExp(`^(-?\\d+(?:\\.\\d+)?)(${Object.keys(units).join('|')})$`);
  const read = (text: string) => {
    const [, number = '', unit = ''] = form.exec(text) ?? [];
    return Math.round(Number(number) * (units[unit] ?? Number.NaN));
  };
  const schema = z
    .string(expected)
    .regex(form, { error: expected, abort: true })
    .refine((text) => isGood(read(text)), expected);
  return { read, schema: schema as z.ZodString };
}

/** bit/s, with units as tc(8) writes them. */
export const bandwidth = quantity(
  { kbit: 1e3, Mbit: 1e6, Gbit: 1e9 },
  'expected a rate in kbit, Mbit or Gbit, such as 1Gbit',
);

const times = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

/** ns */
export const duration = quantity(times, 'expected a time in ns, us, ms or s, such as 100us');

/** ns before (negative) or after something */
export const instant = quantity(
  times,
  'expected a time in ns, us, ms or s, such as 0s, 1.5s or -200ms',
  Number.isFinite,
);

/** bytes */
export const size = quantity(
  { KiB: 1024, MiB: 1024 ** 2, kB: 1e3, MB: 1e6 },
  'expected a size in kB, MB, KiB or MiB, such as 256KiB',
);
