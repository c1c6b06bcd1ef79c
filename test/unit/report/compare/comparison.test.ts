// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { type Choices, compareRuns, GUARDED } from '../../../../src/report/compare/comparison.ts';
import { condition, runOf, shapedRun, trial } from './shaped-runs.ts';

const choices: Choices = { metrics: GUARDED, alpha: 0.05, tolerance: () => 0.05, noise: [] };
const chances = Array.from({ length: 20 }, (_, index) => index);
const flagged = (comparison: ReturnType<typeof compareRuns>) =>
  comparison.answers.filter(({ verdict }) => ['regression', 'improvement'].includes(verdict));

test.each([1, 10])(
  'A against A, with %s times the noise that was measured: none of 20 is flagged',
  (noise) => {
    for (const chance of chances) {
      const comparison = compareRuns(
        shapedRun(2 * chance, 12, { noise }),
        shapedRun(2 * chance + 1, 12, { noise }),
        choices,
      );
      expect(flagged(comparison), `chance ${chance}`).toEqual([]);
      expect(comparison.outcome).toBe('good');
    }
  },
);

test('a freeze of 10% more is found in all of 20, at every size, and nothing else is', () => {
  for (const chance of chances) {
    const slow = shapedRun(2 * chance + 1, 12, { slower: { freeze_ms: 1.1 } });
    const comparison = compareRuns(shapedRun(2 * chance, 12), slow, choices);
    const found = flagged(comparison);
    expect(comparison.outcome).toBe('regression');
    expect(new Set(found.map(({ metric }) => metric))).toEqual(new Set(['freeze_ms']));
    expect(found.map(({ condition }) => condition.image_mb)).toEqual([1, 5, 10, 20, 50]);
    for (const { ratio } of found) expect(Math.abs(ratio.value - 1.1)).toBeLessThan(0.04);
  }
});

test('a change for the better is reported and fails nothing; a rate that falls is one for the worse', () => {
  const base = shapedRun(1, 12);
  const faster = compareRuns(base, shapedRun(2, 12, { slower: { freeze_ms: 0.9 } }), choices);
  expect(flagged(faster).map(({ verdict }) => verdict)).toEqual(new Array(5).fill('improvement'));
  expect(faster.outcome).toBe('good');
  const slower = compareRuns(base, shapedRun(2, 12, { slower: { tx_after_mb_s: 0.9 } }), choices);
  expect(new Set(flagged(slower).map(({ metric, verdict }) => `${metric} ${verdict}`))).toEqual(
    new Set(['tx_after_mb_s regression']),
  );
});

test('a tolerance of its own lets a metric change as much', () => {
  const slow = shapedRun(2, 12, { slower: { freeze_ms: 1.1 } });
  const comparison = compareRuns(shapedRun(1, 12), slow, {
    ...choices,
    tolerance: (metric) => (metric === 'freeze_ms' ? 0.2 : 0.05),
  });
  expect(flagged(comparison)).toEqual([]);
  expect(comparison.answers.find(({ metric }) => metric === 'freeze_ms')).toMatchObject({
    verdict: 'no change',
    because: 'interval reaches into the tolerance',
  });
});

test('what equal code showed once is no change', () => {
  const slow = () => shapedRun(2, 12, { slower: { freeze_ms: 1.1 } });
  const drifted = shapedRun(3, 12, { slower: { freeze_ms: 1.15 } });
  const comparison = compareRuns(shapedRun(1, 12), slow(), { ...choices, noise: [drifted] });
  expect(flagged(comparison)).toEqual([]);
  const answer = comparison.answers.find(({ metric }) => metric === 'freeze_ms');
  expect(answer).toMatchObject({ verdict: 'no change', because: 'no more than equal code showed' });
  expect(answer?.noise).toBeGreaterThan(0.12);
  expect(comparison.noise).toBe('runs');
});

test('a drift within BASE is noise too', () => {
  const drifting = Array.from({ length: 12 }, (_, index) =>
    trial(condition(), { seed: index + 1, freeze_ms: 20 + index / 100 + (index < 6 ? 0 : 4) }),
  );
  const head = Array.from({ length: 12 }, (_, index) =>
    trial(condition(), { seed: index + 1, freeze_ms: 24.5 + index / 100 }),
  );
  const comparison = compareRuns(runOf(drifting), runOf(head), { ...choices, metrics: ['freeze_ms'] });
  expect(comparison.answers[0]).toMatchObject({ verdict: 'no change' });
  expect(comparison.answers[0]?.noise).toBeGreaterThan(0.19);
});

test('equal values, as equal code has on the virtual clock, are identical: with any number of seeds', () => {
  for (const seeds of [1, 5]) {
    const comparison = compareRuns(shapedRun(1, seeds), shapedRun(1, seeds), choices);
    expect(new Set(comparison.answers.map(({ verdict }) => verdict))).toEqual(new Set(['identical']));
    expect(comparison.outcome).toBe('good');
  }
});

test('too few values say nothing, and what would be needed is told', () => {
  const slow = shapedRun(2, 3, { slower: { freeze_ms: 3 } });
  const comparison = compareRuns(shapedRun(1, 3), slow, choices);
  expect(comparison.outcome).toBe('nothing');
  const freeze = comparison.answers.find(({ metric }) => metric === 'freeze_ms');
  expect(freeze).toMatchObject({ verdict: 'too few values', leastP: 0.1 });
  expect(freeze?.because).toBe('with 3 seeds the least possible p is 0.1');
  // Five seeds would do for one test, and not for as many as there are.
  const five = compareRuns(shapedRun(1, 5), shapedRun(2, 5, { slower: { freeze_ms: 3 } }), choices);
  expect(five.outcome).toBe('nothing');
  expect(five.seedsNeeded).toBeGreaterThan(5);
  const one = { ...choices, metrics: ['freeze_ms'] as const };
  const alone = compareRuns(shapedRun(1, 5), shapedRun(2, 5, { slower: { freeze_ms: 3 } }), one);
  expect(alone.outcome).toBe('regression');
});

const measured = (under: Parameters<typeof condition>[0], freeze_ms: number, seeds = 8) =>
  Array.from({ length: seeds }, (_, index) =>
    trial(condition(under), { seed: index + 1, freeze_ms: freeze_ms + index / 100 }),
  );

test.each([
  ['clocks', { clock: 'real' as const }],
  ['receive buffers', { rcvbuf: 0 }],
  ['rates', { peer_rate_mb_s: 8 }],
  ['impairments', { impairments: '[{"kind":"loss"}]' }],
  ['engines', { engine: 'criu' }],
])('two %s are never mixed', (_, other) => {
  const base = runOf([...measured({}, 20), ...measured(other, 90)]);
  const head = runOf([...measured({}, 20.001), ...measured(other, 90.001)]);
  const comparison = compareRuns(base, head, { ...choices, metrics: ['freeze_ms'] });
  expect(comparison.answers).toHaveLength(2);
  for (const { base, ratio } of comparison.answers) {
    expect(base.seeds).toBe(8);
    expect(ratio.value).toBeCloseTo(1, 3);
  }
  const apart = compareRuns(runOf(measured({}, 20)), runOf(measured(other, 90)), choices);
  expect(apart.answers).toEqual([]);
  expect(apart.outcome).toBe('nothing');
  expect(apart.alone.map(({ side }) => side)).toEqual(['base', 'head']);
  expect(apart.alone[1]?.condition).toEqual(condition(other));
});

test('repetitions of one boot are one value: they make no p smaller', () => {
  const boots = (freeze: number) =>
    [1, 2].flatMap((seed) =>
      Array.from({ length: 20 }, (_, rep) =>
        trial(condition(), { seed, rep: rep + 1, freeze_ms: freeze + rep / 10 }),
      ),
    );
  const comparison = compareRuns(runOf(boots(20)), runOf(boots(40)), { ...choices, metrics: ['freeze_ms'] });
  expect(comparison.answers[0]).toMatchObject({
    verdict: 'too few values',
    base: { seeds: 2, median: 20.95 },
  });
});

test('an invalid migration in HEAD fails, although its numbers do not count', () => {
  const base = measured({}, 20);
  const broken = trial(condition(), { seed: 9, freeze_ms: 20, status: 'invalid', reason: 'rst' });
  const comparison = compareRuns(runOf(base), runOf([...base, broken]), choices);
  expect(comparison.outcome).toBe('regression');
  expect(comparison.soundness[0]).toMatchObject({ verdict: 'more invalid', head: { valid: 8, invalid: 1 } });
  expect(compareRuns(runOf([...base, broken]), runOf([...base, broken]), choices).outcome).toBe('good');
});

test('a condition in which HEAD measured nothing is no good news', () => {
  const [base, refused] = [measured({}, 20), measured({ image_mb: 50 }, 450)];
  const none = refused.map(({ condition, row }) => ({
    condition,
    row: { ...row, status: 'inconclusive' as const },
  }));
  const comparison = compareRuns(runOf([...base, ...refused]), runOf([...base, ...none]), choices);
  expect(comparison.outcome).toBe('nothing');
  expect(comparison.soundness[1]).toMatchObject({ verdict: 'nothing measured' });
});

test('circumstances that are not the same are named; on the virtual clock the host is none', () => {
  const other = { guest: { release: 'trixie', kernel: '6.1' }, host: { system: 'Debian 13', processors: 4 } };
  const real = compareRuns(runOf([]), runOf([], other), choices);
  expect(real.differs).toEqual([
    'guests’ kernel: 6.12 in BASE, 6.1 in HEAD',
    'host’s processors: 2 in BASE, 4 in HEAD',
  ]);
  const virtual = { clock: 'virtual' as const };
  expect(compareRuns(runOf([], virtual), runOf([], { ...virtual, ...other }), choices).differs).toHaveLength(
    1,
  );
});
