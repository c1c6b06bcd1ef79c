// SPDX-License-Identifier: GPL-2.0-only

/** TCP options (RFC 9293 §3.1, RFC 7323, RFC 2018); -1 where the segment has no such option. */
export interface TcpOptions {
  mss: number;
  windowScale: number;
  sackPermitted: boolean;
  /** How many of the blocks in sackEdges (left, right, left, right ...) hold. */
  sackBlocks: number;
  sackEdges: Float64Array;
  tsval: number;
  tsecr: number;
  /** Options were cut by the snaplen or by a wrong length: those before the cut hold. */
  optionsCut: boolean;
}

const Kind = { end: 0, nop: 1, mss: 2, windowScale: 3, sackPermitted: 4, sack: 5, timestamps: 8 } as const;

export function clearTcpOptions(options: TcpOptions): void {
  options.mss = -1;
  options.windowScale = -1;
  options.sackPermitted = false;
  options.sackBlocks = 0;
  options.tsval = -1;
  options.tsecr = -1;
  options.optionsCut = false;
}

/** No-operation twice, then timestamps: what RFC 7323 appendix A recommends, and nearly every segment has. */
const ALIGNED_TIMESTAMPS = 0x0101080a;

/** Reads bytes start to end of the view; `wireEnd` is where the options end in the segment as sent. */
export function parseTcpOptions(
  view: DataView,
  start: number,
  end: number,
  wireEnd: number,
  options: TcpOptions,
): void {
  let at = start;
  if (start + 12 <= end && view.getUint32(start) === ALIGNED_TIMESTAMPS) {
    parseTimestamps(view, start + 2, options);
    at = start + 12;
  }
  while (at < end) {
    const kind = view.getUint8(at);
    if (kind === Kind.end) return;
    if (kind === Kind.nop) {
      at++;
      continue;
    }
    const length = at + 1 < end ? view.getUint8(at + 1) : 0;
    if (length < 2 || at + length > end) {
      options.optionsCut = true;
      return;
    }
    parseOption(view, at, kind, length, options);
    at += length;
  }
  options.optionsCut = end < wireEnd;
}

function parseOption(view: DataView, at: number, kind: number, length: number, options: TcpOptions): void {
  if (kind === Kind.timestamps && length === 10) {
    parseTimestamps(view, at, options);
  } else if (kind === Kind.sack && (length - 2) % 8 === 0) {
    options.sackBlocks = Math.min((length - 2) / 8, options.sackEdges.length / 2);
    for (let edge = 0; edge < options.sackBlocks * 2; edge++)
      options.sackEdges[edge] = view.getUint32(at + 2 + edge * 4);
  } else if (kind === Kind.mss && length === 4) {
    options.mss = view.getUint16(at + 2);
  } else if (kind === Kind.windowScale && length === 3) {
    options.windowScale = view.getUint8(at + 2);
  } else if (kind === Kind.sackPermitted && length === 2) {
    options.sackPermitted = true;
  }
}

function parseTimestamps(view: DataView, at: number, options: TcpOptions): void {
  options.tsval = view.getUint32(at + 2);
  options.tsecr = view.getUint32(at + 6);
}
