// SPDX-License-Identifier: GPL-2.0-only
import { groupBy } from '../grouping.ts';
import type { Metric } from '../metrics.ts';
import { type Answer, answer, isTest, measure, type Question } from './answer.ts';
import { type Condition, conditionKey } from './condition.ts';
import { differingFacts } from './facts.ts';
import { holm } from './holm.ts';
import { noiseFloor } from './noise.ts';
import { valuesNeeded } from './rank-test.ts';
import { type MeasuredRun, type Sample, sampleKey, samplesOf } from './trial.ts';
import { type Soundness, soundnessOf } from './validity.ts';

/** What is compared where nothing else is asked for: each tells another part of a migration. */
export const GUARDED = [
  'delay_ms',
  'freeze_ms',
  'app_gap_ms',
  'image_ms',
  'sockets_ms',
  'window_kept',
  'tx_after_mb_s',
  'retransmits',
] as const satisfies readonly Metric[];

export interface Choices {
  readonly metrics: readonly Metric[];
  readonly alpha: number;
  readonly tolerance: (metric: Metric) => number;
  /** Further runs of what BASE ran; their noise is BASE's. */
  readonly noise: readonly MeasuredRun[];
}

/** What only one of the runs measured, and nothing can be said about. */
export interface Alone {
  readonly side: 'base' | 'head';
  readonly condition: Condition;
  readonly metrics: readonly Metric[];
}

/** `nothing`: there is nothing to compare, or too few values to say anything. */
export type Outcome = 'good' | 'regression' | 'nothing';

/** What `miglab compare --json` prints. */
export interface Comparison {
  readonly version: 1;
  readonly outcome: Outcome;
  readonly base: RunFacts;
  readonly head: RunFacts;
  readonly alpha: number;
  /** How many tests p was corrected for. */
  readonly tests: number;
  /** Seeds for each condition with which a single change could come out significant among so many tests. */
  readonly seedsNeeded: number;
  /** Where the noise floor comes from. */
  readonly noise: 'runs' | 'halves of BASE';
  /** What, beside what is compared, is not the same in both, a line each. */
  readonly differs: readonly string[];
  readonly answers: readonly Answer[];
  readonly soundness: readonly Soundness[];
  readonly alone: readonly Alone[];
}

type RunFacts = ReturnType<typeof factsOf>;

/** Every metric of every condition that both runs measured, as a question each. Pure. */
export function compareRuns(base: MeasuredRun, head: MeasuredRun, choices: Choices): Comparison {
  const { metrics, alpha, tolerance, noise } = choices;
  const [ours, theirs] = [base, head].map(({ trials }) => samplesOf(trials, metrics)) as [Sample[], Sample[]];
  const questions = questionsOf(ours, theirs);
  const measured = questions.map(measure);
  const tested = measured.filter((each) => isTest(each, alpha));
  const corrected = holm(tested.map(({ p }) => p));
  const floor = noiseFloor(
    ours,
    noise.map(({ trials }) => samplesOf(trials, metrics)),
  );
  const answers = questions.map((question, index) => {
    const one = measured[index] as (typeof measured)[number];
    const bounds = {
      ...{ alpha, tolerance: tolerance(question.metric), noise: floor.get(sampleKey(question)) ?? null },
    };
    return answer(question, one, corrected[tested.indexOf(one)] ?? one.p, tested.length, bounds);
  });
  const soundness = soundnessOf(base.trials, head.trials);
  return {
    ...{ version: 1, outcome: outcomeOf(answers, soundness), base: factsOf(base), head: factsOf(head) },
    ...{ alpha, tests: tested.length, seedsNeeded: valuesNeeded(alpha, Math.max(1, tested.length)) },
    noise: noise.length > 0 ? 'runs' : 'halves of BASE',
    ...{ differs: differingFacts(base.record, head.record), answers, soundness },
    alone: [...aloneIn('base', ours, theirs), ...aloneIn('head', theirs, ours)],
  };
}

function questionsOf(base: readonly Sample[], head: readonly Sample[]): Question[] {
  const heads = new Map(head.map((sample) => [sampleKey(sample), sample.values]));
  return base.flatMap((sample) => {
    const { metric, condition, values } = sample;
    const theirs = heads.get(sampleKey(sample));
    return theirs ? [{ metric, condition, base: values, head: theirs }] : [];
  });
}

function aloneIn(side: Alone['side'], own: readonly Sample[], other: readonly Sample[]): Alone[] {
  const there = new Set(other.map(sampleKey));
  const without = own.filter((sample) => !there.has(sampleKey(sample)));
  return [...groupBy(without, ({ condition }) => conditionKey(condition)).values()].map((group) => ({
    ...{ side, condition: (group[0] as Sample).condition },
    metrics: group.map(({ metric }) => metric),
  }));
}

/**
 * Something wrong weighs more than something unknown. Equal values are an answer by themselves, but they do not make up
 * for questions that too few values left open when no other was answered.
 */
function outcomeOf(answers: readonly Answer[], soundness: readonly Soundness[]): Outcome {
  const has = (...verdicts: Answer['verdict'][]) => answers.some(({ verdict }) => verdicts.includes(verdict));
  if (has('regression') || soundness.some(({ verdict }) => verdict === 'more invalid')) return 'regression';
  if (soundness.some(({ verdict }) => verdict === 'nothing measured')) return 'nothing';
  if (has('improvement', 'no change')) return 'good';
  return has('identical') && !has('too few values') ? 'good' : 'nothing';
}

const factsOf = ({ directory, record: { id, state, started, clock, module, git, guest } }: MeasuredRun) => ({
  ...{ directory, id, state, started, clock, module: module.sha256 ?? null, commit: git.commit ?? null },
  kernel: guest.kernel ?? null,
});
