// SPDX-License-Identifier: GPL-2.0-only
import type { Status } from '../../analysis/measurement.ts';
import { groupBy } from '../grouping.ts';
import { type Condition, conditionKey } from './condition.ts';
import type { Trial } from './trial.ts';

type Counts = Readonly<Record<Status, number>>;

/** How the migrations of one condition ended, that both runs were asked for. */
export interface Soundness {
  readonly condition: Condition;
  readonly base: Counts;
  readonly head: Counts;
  readonly verdict: 'sound' | 'more invalid' | 'nothing measured';
}

/**
 * An invalid migration (a wrong byte, a reset, a lost process) is no number that scatters: where more of HEAD's are
 * invalid than of BASE's, something is wrong, however few they are. Pure.
 */
export function soundnessOf(base: readonly Trial[], head: readonly Trial[]): Soundness[] {
  const heads = byCondition(head);
  return [...byCondition(base)].flatMap(([key, trials]): Soundness[] => {
    const theirs = heads.get(key);
    if (!theirs) return [];
    const counts = { base: count(trials), head: count(theirs) };
    return [
      { condition: (trials[0] as Trial).condition, ...counts, verdict: judge(counts.base, counts.head) },
    ];
  });
}

const byCondition = (trials: readonly Trial[]) => groupBy(trials, ({ condition }) => conditionKey(condition));

function count(trials: readonly Trial[]): Counts {
  const of = (status: Status) => trials.filter(({ row }) => row.status === status).length;
  return { valid: of('valid'), invalid: of('invalid'), inconclusive: of('inconclusive') };
}

function judge(base: Counts, head: Counts): Soundness['verdict'] {
  if (invalidShare(head) > invalidShare(base)) return 'more invalid';
  return base.valid > 0 && head.valid === 0 ? 'nothing measured' : 'sound';
}

const invalidShare = ({ valid, invalid, inconclusive }: Counts): number =>
  invalid / (valid + invalid + inconclusive);
