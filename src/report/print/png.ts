// SPDX-License-Identifier: GPL-2.0-only
import { crc32 } from 'node:zlib';

/** Signature and IHDR, which every PNG begins with. */
const HEADER = 8 + 25;
const METRE = 1 / 0.0254;

/** The PNG with its resolution written in (chunk pHYs), so that programs for print take it at its size in the paper. */
export function withResolution(png: Uint8Array, dpi: number): Buffer {
  const perMetre = Math.round(dpi * METRE);
  const chunk = Buffer.alloc(21);
  chunk.writeUInt32BE(9, 0);
  chunk.write('pHYs', 4, 'latin1');
  chunk.writeUInt32BE(perMetre, 8);
  chunk.writeUInt32BE(perMetre, 12);
  chunk.writeUInt8(1, 16);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17);
  return Buffer.concat([png.subarray(0, HEADER), chunk, png.subarray(HEADER)]);
}
