// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import type { Measurement } from '../../../../src/analysis/measurement.ts';
import { figure6 } from '../../../../src/report/curves.ts';
import { figure5, figure6Minimum } from '../../../../src/report/figures.ts';
import { row, sample } from '../rows.ts';

interface WindowSamples {
  readonly cell: string;
  readonly rep: number;
  readonly attempt: number;
  /** Milliseconds from the freeze, and bytes. */
  readonly samples: readonly [number, number][];
}
interface Frozen {
  readonly rows: readonly Partial<Measurement>[];
  readonly windows: readonly WindowSamples[];
}

/** Rows of a real run, two conditions with one row that is not valid, and a part of its window samples. */
const frozen: Frozen = JSON.parse(readFileSync(new URL('frozen-run.json', import.meta.url), 'utf8'));

const rows = frozen.rows.map((given) => row(given));

const windows = frozen.windows.flatMap(({ cell, rep, attempt, samples }) => {
  const of = rows.find((each) => each.cell === cell && each.rep === rep && each.attempt === attempt);
  return samples.map(([t_ms, bytes]) => sample(of as Measurement, t_ms, bytes));
});

const band = { low: 50, high: 80, label: 'paper: 50 to 80 ms' };
export const figures = [figure5(rows, band), figure6(rows, windows), figure6Minimum(rows)] as const;
