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

/** Reads bytes[start..end); `wireEnd` is where the options end in the segment as sent. */
export function parseTcpOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number,
  options: TcpOptions,
): void {
  let at = start;
  while (at < end) {
    const kind = bytes[at] as number;
    if (kind === Kind.end) return;
    if (kind === Kind.nop) {
      at++;
      continue;
    }
    const length = at + 1 < end ? (bytes[at + 1] as number) : 0;
    if (length < 2 || at + length > end) {
      options.optionsCut = true;
      return;
    }
    parseOption(bytes, at, kind, length, options);
    at += length;
  }
  options.optionsCut = end < wireEnd;
}

function parseOption(bytes: Uint8Array, at: number, kind: number, length: number, options: TcpOptions): void {
  if (kind === Kind.timestamps && length === 10) {
    options.tsval = u32(bytes, at + 2);
    options.tsecr = u32(bytes, at + 6);
  } else if (kind === Kind.sack && (length - 2) % 8 === 0) {
    options.sackBlocks = Math.min((length - 2) / 8, options.sackEdges.length / 2);
    for (let edge = 0; edge < options.sackBlocks * 2; edge++)
      options.sackEdges[edge] = u32(bytes, at + 2 + edge * 4);
  } else if (kind === Kind.mss && length === 4) {
    options.mss = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
  } else if (kind === Kind.windowScale && length === 3) {
    options.windowScale = bytes[at + 2] as number;
  } else if (kind === Kind.sackPermitted && length === 2) {
    options.sackPermitted = true;
  }
}

function u32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}
