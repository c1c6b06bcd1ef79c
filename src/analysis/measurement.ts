// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';

/** Version of measurements.csv and windows.csv together; docs/results-format.md has the rule for raising it. */
export const MEASUREMENTS_VERSION = 1;

/** `invalid`: must not be used, something was wrong. `inconclusive`: nothing was wrong, but the question was not put. */
export const STATUSES = ['valid', 'invalid', 'inconclusive'] as const;
export const ROLES = ['source', 'sink', 'duplex'] as const;
export const CLOCKS = ['real', 'virtual'] as const;

/** A number that could not be measured is null here and an empty field in the CSV; it is never 0. */
const measured = z.preprocess(fromCsv, z.number().nullable());
const known = z.preprocess(fromCsv, z.number());
const count = z.preprocess(fromCsv, z.number().int().nonnegative().nullable());

function fromCsv(value: unknown): unknown {
  if (value === '') return null;
  return typeof value === 'string' ? Number(value) : value;
}

/** One row of measurements.csv: one migration. Units are in the names (MB = 10^6 bytes); docs/results-format.md defines each. */
export const measurementSchema = z.object({
  cell: z.string(),
  seed: known,
  engine: z.string(),
  clock: z.enum(CLOCKS),
  from: z.string(),
  to: z.string(),
  image_mb: known,
  rep: known,
  role: z.enum(ROLES),
  rate_mb_s: known,
  peer_rate_mb_s: known,
  delay_ms: measured,
  delay_payload_ms: measured,
  delay_ack_ms: measured,
  freeze_ms: measured,
  app_gap_ms: measured,
  total_ms: measured,
  total_bytes: count,
  window_before: measured,
  window_min: measured,
  window_after: measured,
  retransmits: count,
  captured: count,
  reinjected: count,
  rst: count,
  bytes_wrong: count,
  status: z.enum(STATUSES),
  reason: z.string(),
  attempt: known,
  tx_before_mb_s: measured,
  peer_tx_before_mb_s: measured,
  tx_lab_mb_s: measured,
  peer_tx_lab_mb_s: measured,
  tx_after_mb_s: measured,
  peer_tx_after_mb_s: measured,
  retransmits_node: count,
  retransmits_peer: count,
  seq_backwards: count,
  ack_backwards: count,
  ts_backwards: count,
  image_ms: measured,
  sockets_ms: measured,
  duplicates: count,
  dropped: count,
  rcv_queue: count,
  ofo_queue: count,
  rtx_queue: count,
  write_queue: count,
  threads: count,
  window_scale: count,
  freeze_at_ms: measured,
  clock_uncertainty_ms: measured,
});
export type Measurement = z.infer<typeof measurementSchema>;
export type Status = Measurement['status'];
export type Role = Measurement['role'];

/** Columns of measurements.csv in order. */
export const MEASUREMENT_COLUMNS = Object.keys(measurementSchema.shape) as (keyof Measurement)[];

/** One row of windows.csv: the window the migrating endpoint advertises, `t_ms` from the freeze. */
export const windowSchema = z.object({
  cell: z.string(),
  image_mb: known,
  rep: known,
  role: z.enum(ROLES),
  t_ms: known,
  window_raw: known,
  window_bytes: known,
  source: z.enum(['origin', 'destination']),
  attempt: known,
});
export type WindowSample = z.infer<typeof windowSchema>;

/** Columns of windows.csv in order. */
export const WINDOW_COLUMNS = Object.keys(windowSchema.shape) as (keyof WindowSample)[];
