// SPDX-License-Identifier: GPL-2.0-only
import { createReadStream } from 'node:fs';
import { Fault } from '../fault.ts';
import { type CaptureSummary, readCapture } from './capture.ts';
import { createSegment, decodeFrame, type Segment, type Verdict } from './segment.ts';

export interface DecodedCapture extends CaptureSummary {
  verdicts: Record<Verdict, number>;
}

const CHUNK_BYTES = 1 << 20;

/** Reads a pcap file in constant memory and calls back for each TCP segment and UDP datagram; the segment is reused. */
export async function readCaptureFile(
  path: string,
  onSegment: (segment: Segment, verdict: 'tcp' | 'udp') => void,
): Promise<DecodedCapture> {
  const verdicts = { tcp: 0, udp: 0, fragment: 0, other: 0, short: 0, malformed: 0 };
  const segment = createSegment();
  const chunks: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const summary = await readCapture(chunks, (frame) => {
    const verdict = decodeFrame(frame, segment);
    verdicts[verdict]++;
    if (verdict === 'tcp' || verdict === 'udp') onSegment(segment, verdict);
  }).catch((error: unknown) => {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(error.exitCode, `${path}: ${error.message}`, error.remedy, { cause: error });
  });
  return { ...summary, verdicts };
}
