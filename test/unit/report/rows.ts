// SPDX-License-Identifier: GPL-2.0-only
import {
  MEASUREMENT_COLUMNS,
  type Measurement,
  WINDOW_COLUMNS,
  type WindowSample,
} from '../../../src/analysis/measurement.ts';

/** A valid row of the duplex role; what a test is about is given. */
export function row(given: Partial<Measurement> = {}): Measurement {
  const numbers = Object.fromEntries(
    MEASUREMENT_COLUMNS.map((column) => [column, 0]),
  ) as unknown as Measurement;
  const image = given.image_mb ?? 1;
  return {
    ...numbers,
    ...{
      cell: `duplex-${image}`,
      seed: 1,
      engine: 'tcpmig',
      clock: 'real',
      from: 'node-a',
      to: 'node-b',
      image_mb: image,
      rep: 1,
    },
    ...{
      role: 'duplex',
      rate_mb_s: 120,
      peer_rate_mb_s: 1,
      delay_ms: 60,
      window_before: 100,
      window_min: 100,
      window_scale: 7,
    },
    ...{ tx_before_mb_s: 50, tx_after_mb_s: 50, status: 'valid', reason: '', attempt: 1 },
    ...given,
  };
}

/** Rows of several sizes: `values[size]` are the metric's values in the order of repetitions. */
export const rowsBySize = (
  metric: keyof Measurement,
  values: Record<number, readonly number[]>,
): Measurement[] =>
  Object.entries(values).flatMap(([size, list]) =>
    list.map((value, index) => row({ image_mb: Number(size), rep: index + 1, [metric]: value })),
  );

export const sample = (of: Measurement, t_ms: number, window_bytes: number): WindowSample => ({
  ...{ cell: of.cell, image_mb: of.image_mb, rep: of.rep, role: of.role, attempt: of.attempt },
  ...{ t_ms, window_bytes, window_raw: window_bytes / 2 ** 7, source: t_ms < 0 ? 'origin' : 'destination' },
});

const table = (columns: readonly string[], rows: readonly object[]): string =>
  [columns, ...rows.map((r) => columns.map((column) => (r as Record<string, unknown>)[column] ?? ''))]
    .map((cells) => cells.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(','))
    .join('\n');

export const measurementsCsv = (rows: readonly Measurement[]) => table(MEASUREMENT_COLUMNS, rows);
export const windowsCsv = (samples: readonly WindowSample[]) => table(WINDOW_COLUMNS, samples);

export const record = {
  version: 1,
  ...{
    id: 'figures-1',
    state: 'complete',
    started: '2026-01-02T03:04:05Z',
    duration_s: 61,
    seed: 1,
    clock: 'real',
    accelerator: 'tcg',
  },
  experiment: {
    title: 'Figures 5 and 6',
    file: 'experiments/tcpmig/figures.exp.yml',
    claims: 'experiments/tcpmig/claims.yml',
  },
  ...{
    host: { system: 'Debian 13', processors: 2 },
    qemu: { version: '10.0' },
    guest: { release: 'trixie', kernel: '6.12' },
  },
  ...{
    module: { sha256: 'abc' },
    image: { recipe: 'trixie', lock_sha256: 'def' },
    git: { commit: null, dirty: null },
  },
  cells: [{ id: 'duplex-1', seed: 7, role: 'duplex', image_mb: 1, attempts: [] }],
} as const;
