// SPDX-License-Identifier: GPL-2.0-only
import type { Measurement } from '../analysis/measurement.ts';

interface MetricDefinition {
  readonly label: string;
  readonly unit: string;
  readonly definition: string;
  /** Which way a change is for the worse; null where neither is. */
  readonly worse: 'larger' | 'smaller' | null;
  readonly value: (row: Measurement) => number | null;
}

const column = (name: keyof Measurement) => (row: Measurement) => row[name] as number | null;

/** Null where either is unknown or the whole is 0: a share of nothing is not a number. */
function ratio(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole === 0 ? null : part / whole;
}

/** What a claim or a figure can be about: columns of measurements.csv, and numbers that follow from them. */
export const METRICS = {
  delay_ms: {
    label: 'Delay',
    unit: 'ms',
    definition:
      'From the last segment with the origin’s MAC address to the first with the destination’s, in the peer’s capture (TCPmig §5).',
    worse: 'larger',
    value: column('delay_ms'),
  },
  delay_payload_ms: {
    label: 'Delay, payload',
    unit: 'ms',
    definition: 'The same, counting only segments that carry data.',
    worse: 'larger',
    value: column('delay_payload_ms'),
  },
  delay_ack_ms: {
    label: 'Delay, pure ACKs',
    unit: 'ms',
    definition: 'The same, counting only segments without data.',
    worse: 'larger',
    value: column('delay_ack_ms'),
  },
  freeze_ms: {
    label: 'Freeze',
    unit: 'ms',
    definition:
      'From the stop of the process’s first thread at the origin to its resumption at the destination.',
    worse: 'larger',
    value: column('freeze_ms'),
  },
  app_gap_ms: {
    label: 'Application gap',
    unit: 'ms',
    definition: 'The longest gap between payload segments around the move.',
    worse: 'larger',
    value: column('app_gap_ms'),
  },
  image_ms: {
    label: 'Image copy',
    unit: 'ms',
    definition: 'The part of the freeze spent on the process’s memory, before its sockets move.',
    worse: 'larger',
    value: column('image_ms'),
  },
  sockets_ms: {
    label: 'Sockets',
    unit: 'ms',
    definition:
      'The part of the freeze from the first connection’s removal at the origin to the process’s resumption.',
    worse: 'larger',
    value: column('sockets_ms'),
  },
  total_ms: {
    label: 'Migration, total',
    unit: 'ms',
    definition: 'From the request to the end of the migration at the origin.',
    worse: 'larger',
    value: column('total_ms'),
  },
  window_before: {
    label: 'Window before',
    unit: 'bytes',
    definition: 'Median of the advertised window, scaled to bytes, before the freeze.',
    worse: null,
    value: column('window_before'),
  },
  window_before_raw: {
    label: 'Window field before',
    unit: '',
    definition: 'The same as it stands in the header’s 16-bit field: bytes divided by 2 to the window scale.',
    worse: null,
    value: (row) => ratio(row.window_before, row.window_scale === null ? null : 2 ** row.window_scale),
  },
  window_min: {
    label: 'Smallest window',
    unit: 'bytes',
    definition: 'The smallest window that the migrating endpoint advertises around the move, in bytes.',
    worse: 'smaller',
    value: column('window_min'),
  },
  window_kept: {
    label: 'Window kept',
    unit: '% of before',
    definition: 'Smallest window divided by the window before: 100% is no change, 0 a closed window.',
    worse: 'smaller',
    value: (row) => ratio(row.window_min, row.window_before),
  },
  rate_kept: {
    label: 'Rate kept',
    unit: '% of before',
    definition:
      'Rate carried to the peer after the move divided by the rate before it, both over an interval.',
    worse: 'smaller',
    value: (row) => ratio(row.tx_after_mb_s, row.tx_before_mb_s),
  },
  tx_before_mb_s: {
    label: 'Rate before',
    unit: 'MB/s',
    definition: 'Rate that reached the peer in the interval before the move (MB = 10⁶ bytes).',
    worse: 'smaller',
    value: column('tx_before_mb_s'),
  },
  tx_after_mb_s: {
    label: 'Rate after',
    unit: 'MB/s',
    definition: 'Rate that reached the peer in the second interval after the move.',
    worse: 'smaller',
    value: column('tx_after_mb_s'),
  },
  retransmits: {
    label: 'Retransmissions',
    unit: 'segments',
    definition: 'Segments seen again in the peer’s capture, in both directions.',
    worse: 'larger',
    value: column('retransmits'),
  },
  retransmits_peer: {
    label: 'Retransmissions by the peer',
    unit: 'segments',
    definition: 'Segments that the peer sent again, around the move.',
    worse: 'larger',
    value: column('retransmits_peer'),
  },
  captured: {
    label: 'Captured',
    unit: 'segments',
    definition: 'Segments that the destination’s filter stored while the socket moved.',
    worse: null,
    value: column('captured'),
  },
  dropped: {
    label: 'Dropped by the capture',
    unit: 'segments',
    definition: 'Segments that the destination’s filter could not store: no memory, or over its limit.',
    worse: 'larger',
    value: column('dropped'),
  },
  rst: {
    label: 'Resets',
    unit: 'segments',
    definition: 'RST segments of the connection in the peer’s capture.',
    worse: 'larger',
    value: column('rst'),
  },
  bytes_wrong: {
    label: 'Wrong bytes',
    unit: 'bytes',
    definition: 'Bytes that differ from what seed and offset demand, at either end.',
    worse: 'larger',
    value: column('bytes_wrong'),
  },
} as const satisfies Record<string, MetricDefinition>;

export type Metric = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as [Metric, ...Metric[]];

/** A share is a number from 0 to 1 in the rows, and told in percent. */
export const isShare = (metric: Metric): boolean => METRICS[metric].unit.startsWith('%');

/** Label with its unit, as on an axis. */
export const heading = (metric: Metric): string =>
  METRICS[metric].unit === '' ? METRICS[metric].label : `${METRICS[metric].label} (${METRICS[metric].unit})`;
