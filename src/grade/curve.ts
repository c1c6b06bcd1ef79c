// SPDX-License-Identifier: GPL-2.0-only
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Handshake, senderOf } from '../analysis/connection.ts';
import { WindowCurve } from '../analysis/window.ts';
import { parseIpv4 } from '../pcap/address.ts';
import { readCapture } from '../pcap/capture.ts';
import { createSegment, decodeFrame, TcpFlag } from '../pcap/segment.ts';
import { eventsOf, eventText } from './event-lines.ts';
import type { Measures } from './mark.ts';
import type { CurvePlan } from './plan.ts';

/** What the program that was handed in is asked; with the capture it is all that it is given. */
const questionSchema = z.strictObject({
  /** address:port of the end that migrates, and of its peer. */
  local: z.string(),
  remote: z.string(),
  /** Nanoseconds since 1970. */
  instant_ns: z.string().regex(/^\d{1,20}$/),
});
export type Question = z.infer<typeof questionSchema>;

/** Files of a check: what was asked, of which capture. */
export const questionFile = 'question.json';
export const givenCapture = 'given.pcap';
/** The machine that the program runs on. */
export const reader = 'peer';

export interface CurveRow {
  tMs: number;
  windowBytes: number;
}

const lineEvent = z.looseObject({ event: z.literal('line'), text: z.string().max(200) });
const endEvent = z.looseObject({ event: z.literal('program-end'), exit: z.coerce.number() });

/**
 * What the program printed, against what the capture says: `exit` of the program; `rows`; `times_found` and `points_found`,
 * the share of the curve's points (windows.csv has the same: docs/results-format.md) of which it has the time, or time and
 * window; and `foreign_rows`, the share of its rows that are no segment of the migrating end.
 */
export async function measureCurve({ toleranceMs }: CurvePlan, folder: string): Promise<Measures[]> {
  const told = await eventText(folder, reader);
  const rows = parseRows(eventsOf(told, lineEvent).map(({ text }) => text));
  const exit = eventsOf(told, endEvent).at(-1)?.exit ?? null;
  const question = questionSchema.parse(JSON.parse(await readFile(join(folder, questionFile), 'utf8')));
  const { curve, all } = await windowsIn(join(folder, givenCapture), question);
  return [{ exit, rows: rows.length, ...compareCurves(rows, curve, all, toleranceMs) }];
}

/** Rows of `t_ms,window_bytes`; a line that is none, such as the heading, is left out. Pure. */
export const parseRows = (lines: readonly string[]): CurveRow[] =>
  lines.flatMap((line) => {
    const [, time, window] = /^\s*(-?\d+(?:\.\d+)?)\s*,\s*(\d+)(?:\.0*)?\s*$/.exec(line) ?? [];
    return time === undefined ? [] : [{ tMs: Number(time), windowBytes: Number(window) }];
  });

/** The windows that the migrating end sent: those that a drawing needs, and all. */
async function windowsIn(
  path: string,
  { local, remote, instant_ns }: Question,
): Promise<{ curve: CurveRow[]; all: CurveRow[] }> {
  const [node, peer] = [endOf(local), endOf(remote)];
  const ends = {
    nodeAddress: node.address,
    nodePort: node.port,
    peerAddress: peer.address,
    peerPort: peer.port,
  };
  const handshake = new Handshake();
  const drawn = new WindowCurve(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  const sent: { timeNs: number; window: number }[] = [];
  const segment = createSegment();
  const { epochNs = 0n } = await readCapture(createReadStream(path), (frame) => {
    if (decodeFrame(frame, segment) !== 'tcp') return;
    const sender = senderOf(segment, ends);
    if (!sender) return;
    handshake.observe(sender, segment);
    if (sender !== 'node' || segment.flags & TcpFlag.syn) return;
    drawn.observe(segment.timeNs, segment.window, segment.sourceMac);
    sent.push({ timeNs: segment.timeNs, window: segment.window });
  });
  const scale = handshake.nodeScale() ?? 0;
  const begin = Number(epochNs - BigInt(instant_ns));
  const rows = (points: readonly { timeNs: number; window: number }[]): CurveRow[] =>
    points.map(({ timeNs, window }) => ({ tMs: (begin + timeNs) / 1e6, windowBytes: window * 2 ** scale }));
  return { curve: rows(drawn.end()), all: rows(sent) };
}

function endOf(text: string): { address: number; port: number } {
  const [address = '', port = ''] = text.split(':');
  return { address: parseIpv4(address), port: Number(port) };
}

/** Pure. */
export function compareCurves(
  rows: readonly CurveRow[],
  curve: readonly CurveRow[],
  all: readonly CurveRow[],
  toleranceMs: number,
): Pick<Measures, string> {
  const given = byTime(rows, toleranceMs);
  const true_ = byTime(all, toleranceMs);
  const share = (count: number, of: number) => (of > 0 ? count / of : null);
  const timed = curve.filter((point) => near(given, point, toleranceMs).length > 0).length;
  const found = curve.filter((point) => has(given, point, toleranceMs)).length;
  const foreign = rows.filter((row) => !has(true_, row, toleranceMs)).length;
  return {
    times_found: share(timed, curve.length),
    points_found: share(found, curve.length),
    foreign_rows: share(foreign, rows.length),
  };
}

/** Rows by the stretch of time that they are in, as wide as the tolerance. */
type Stretches = ReadonlyMap<number, CurveRow[]>;

function byTime(rows: readonly CurveRow[], width: number): Stretches {
  const stretches = new Map<number, CurveRow[]>();
  for (const row of rows) {
    const key = Math.floor(row.tMs / width);
    stretches.set(key, [...(stretches.get(key) ?? []), row]);
  }
  return stretches;
}

function near(stretches: Stretches, { tMs }: CurveRow, width: number): CurveRow[] {
  const key = Math.floor(tMs / width);
  const around = [key - 1, key, key + 1].flatMap((each) => stretches.get(each) ?? []);
  return around.filter((row) => Math.abs(row.tMs - tMs) <= width);
}

const has = (stretches: Stretches, row: CurveRow, width: number) =>
  near(stretches, row, width).some(({ windowBytes }) => windowBytes === row.windowBytes);
