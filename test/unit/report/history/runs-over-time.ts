// SPDX-License-Identifier: GPL-2.0-only
import type { MeasuredRun } from '../../../../src/report/compare/trial.ts';
import { condition, runOf, shapedRun, trial } from '../compare/shaped-runs.ts';
import { record } from '../rows.ts';

/** Four runs, a day apart, given in another order than that in which they began; the last is slower. */
export function runsOverTime(): MeasuredRun[] {
  return [2, 0, 3, 1].map((day) => {
    const run = shapedRun(day, 6, day === 3 ? { slower: { freeze_ms: 1.5 } } : {});
    const real = [1, 2, 3].map((seed) =>
      trial(condition({ clock: 'real', rcvbuf: 0 }), { seed, freeze_ms: 300 + day, cell: `real-s${seed}` }),
    );
    const named = run.trials.map(({ row, condition }) => ({
      condition,
      row: { ...row, cell: `${condition.image_mb}-s${row.seed}` },
    }));
    return {
      ...runOf([...named, ...real], {
        ...{ id: `figures-day${day}`, started: `2026-01-0${day + 2}T03:04:05Z` },
        module: { sha256: `${day}`.repeat(64), source_sha256: 'a'.repeat(64) },
        git: { commit: 'c'.repeat(39) + day, dirty: day === 1 },
        experiment: { ...record.experiment, title: '<Figures> & more' },
      }),
      directory: `results/figures-day${day}`,
    };
  });
}
