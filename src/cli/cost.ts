// SPDX-License-Identifier: GPL-2.0-only
import type { Cost } from '../plan/cost.ts';

/** What a run takes, in a line, as it is told before anything starts. */
export function describeCost({ cells, boots, migrations, seconds, bytes }: Cost): string {
  const work = [
    counted(cells, 'cell'),
    counted(boots, 'boot'),
    ...(migrations ? [counted(migrations, 'migration')] : []),
  ];
  const room = bytes === undefined ? '' : `, and ${size(bytes)} of disk`;
  return `${work.join(', ')}; about ${duration(seconds)}${room}.`;
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

const duration = (seconds: number) =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} minutes`;

const size = (bytes: number) =>
  bytes < 1e9 ? `${Math.max(1, Math.round(bytes / 1e6))} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
