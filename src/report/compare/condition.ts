// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import type { CellFile } from '../../analysis/cell-file.ts';
import { number } from '../format.ts';

/** What a migration was asked to take place under. Only what has the same condition is compared. */
export type Condition = Pick<
  CellFile,
  'engine' | 'clock' | 'role' | 'image_mb' | 'rate_mb_s' | 'peer_rate_mb_s' | 'interval_s'
> & {
  /** Bytes; 0 is the kernel's own choice. */
  readonly rcvbuf: number;
  /** JSON of what goes wrong; empty where nothing does. */
  readonly impairments: string;
};

/** @returns undefined where the file, of an early run, does not say the receive buffer. */
export function conditionOf(cell: CellFile): Condition | undefined {
  const { engine, clock, role, image_mb, rate_mb_s, peer_rate_mb_s, interval_s, rcvbuf, impairments } = cell;
  if (rcvbuf === undefined) return undefined;
  return {
    ...{ engine, clock, role, image_mb, rate_mb_s, peer_rate_mb_s, interval_s, rcvbuf },
    impairments: impairments?.length ? JSON.stringify(impairments) : '',
  };
}

/** The same text for the same condition, and for no other. */
export const conditionKey = ({
  engine,
  clock,
  role,
  image_mb,
  rate_mb_s,
  peer_rate_mb_s,
  interval_s,
  rcvbuf,
  impairments,
}: Condition): string =>
  [engine, clock, role, image_mb, rate_mb_s, peer_rate_mb_s, interval_s, rcvbuf, impairments].join('|');

/** For people: `duplex, 1 MB, 120 MB/s out, 2 MB/s in, buffer 2 MiB, virtual clock`. */
export const conditionTitle = (condition: Condition): string =>
  [`${condition.role}, ${number(condition.image_mb)} MB`, ...circumstances(condition)].join(', ');

/** The same without role and image size. */
export function circumstances(condition: Condition): string[] {
  const { engine, clock, role, rate_mb_s, peer_rate_mb_s, interval_s, rcvbuf, impairments } = condition;
  return [
    ...(role === 'sink' ? [] : [`${asked(rate_mb_s)} out`]),
    ...(role === 'source' ? [] : [`${asked(peer_rate_mb_s)} in`]),
    rcvbuf === 0 ? 'buffer of the kernel’s choice' : `buffer ${buffer(rcvbuf)}`,
    `${clock} clock`,
    ...(interval_s === 1 ? [] : [`intervals of ${number(interval_s)} s`]),
    ...(impairments === '' ? [] : [`impaired by ${kinds(impairments)}`]),
    ...(engine === 'tcpmig' ? [] : [engine]),
  ];
}

const asked = (rate: number) => (rate === 0 ? 'full rate' : `${number(rate)} MB/s`);

const buffer = (bytes: number) =>
  bytes % 2 ** 20 === 0
    ? `${bytes / 2 ** 20} MiB`
    : bytes % 2 ** 10 === 0
      ? `${bytes / 2 ** 10} KiB`
      : `${bytes} B`;

/** Their kinds, and a mark that sets apart those of the same kinds with other numbers. */
function kinds(impairments: string): string {
  const named = (JSON.parse(impairments) as { kind?: string }[]).map(({ kind }) => kind ?? 'something');
  return `${named.join(' and ')} (${createHash('sha256').update(impairments).digest('hex').slice(0, 4)})`;
}
