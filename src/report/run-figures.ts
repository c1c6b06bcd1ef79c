// SPDX-License-Identifier: GPL-2.0-only
import type { Claims } from './claims.ts';
import { figure6 } from './curves.ts';
import type { Figure } from './drawing.ts';
import { type Band, figure5, figure6Minimum } from './figures.ts';
import { number } from './format.ts';
import type { Run } from './results.ts';

/** Figure 5, figure 6 and the smallest window of a run; the second has no panel if no window was recorded. */
export const figuresOf = ({ rows, windows }: Run, claims: Claims | null) =>
  [
    figure5(rows, paperBand(claims)),
    figure6(rows, windows),
    figure6Minimum(rows),
  ] as const satisfies Figure[];

/** The paper's range of the delay, as its claim states it. */
function paperBand(claims: Claims | null): Band | null {
  const claim = claims?.claims.find(
    (c) => c.status === 'checked' && c.metric === 'delay_ms' && c.statistic === 'median-per-size',
  );
  if (claim?.status !== 'checked') return null;
  const { at_least: low, at_most: high } = claim.expected;
  if (low === undefined || high === undefined) return null;
  return { low, high, label: `paper: ${number(low)} to ${number(high)} ms` };
}
