// SPDX-License-Identifier: GPL-2.0-only
import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { Fault } from '../fault.ts';
import { type CaptureSummary, readCapture } from './capture.ts';
import { checksumsHold } from './checksum.ts';
import { createSegment, decodeFrame, type Segment, type Verdict } from './segment.ts';

export interface DecodedCapture extends CaptureSummary {
  /** `corrupt`: a checksum is wrong; only if they are looked at. */
  verdicts: Record<Verdict | 'corrupt', number>;
}

const CHUNK_BYTES = 1 << 20;

/**
 * Reads a pcap file in constant memory and calls back for each TCP segment and UDP datagram; the segment is reused.
 *
 * @param options.verify leaves out what the receiver's checksums would, of a wire that corrupts frames
 */
export async function readCaptureFile(
  path: string,
  onSegment: (segment: Segment, verdict: 'tcp' | 'udp') => void,
  options: { verify?: boolean } = {},
): Promise<DecodedCapture> {
  const verdicts = { tcp: 0, udp: 0, fragment: 0, other: 0, short: 0, malformed: 0, corrupt: 0 };
  let tcp = 0;
  const segment = createSegment();
  await using file = await open(path);
  const summary = await readCapture(chunksOf(file.fd), (frame) => {
    if (options.verify && !checksumsHold(frame)) {
      verdicts.corrupt++;
      return;
    }
    const verdict = decodeFrame(frame, segment);
    // Nearly all are, and a counter found by its name would take a tenth of the analysis.
    if (verdict === 'tcp') tcp++;
    else verdicts[verdict]++;
    if (verdict === 'tcp' || verdict === 'udp') onSegment(segment, verdict);
  }).catch((error: unknown) => {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(error.exitCode, `${path}: ${error.message}`, error.remedy, { cause: error });
  });
  return { ...summary, verdicts: { ...verdicts, tcp } };
}

/**
 * The file's bytes in order, always in the same memory. Read synchronously, because a way through the thread pool takes
 * longer than the copy; after each chunk the event loop has a turn, for signals and for progress.
 */
async function* chunksOf(file: number): AsyncGenerator<Uint8Array> {
  const memory = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    const length = readSync(file, memory);
    if (length === 0) return;
    yield memory.subarray(0, length);
    await setImmediate();
  }
}
