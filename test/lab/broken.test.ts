// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { breakNames } from '../../src/image/tools.ts';
import { measure } from './cell.ts';

/** What a leak leaves behind, and what only a bad state shows, no row tells: soak.test.ts, fuzz.test.ts. */
const inTraffic = breakNames.filter((name) => name !== 'leak' && name !== 'marks');

test.each(inTraffic)(
  'a module broken on purpose (%s) is noticed: no migration with it counts as valid',
  async (broken) => {
    const { rows } = await measure(
      [
        {
          role: ['duplex'],
          image_mb: [5],
          rate_mb_s: [20],
          peer_rate_mb_s: [5],
          rcvbuf: [0],
          repetitions: 1,
        },
      ],
      broken,
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.status, rows[0]?.reason).toBe('invalid');
  },
  400_000,
);
