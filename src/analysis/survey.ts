// SPDX-License-Identifier: GPL-2.0-only
import { parseIpv4 } from '../pcap/address.ts';
import { type DecodedCapture, readCaptureFile } from '../pcap/capture-file.ts';
import { type CellFile, verifying } from './cell-file.ts';
import { type ClockMap, type Mark, mapClocks, readMark } from './clock.ts';
import { type Endpoints, Handshake, senderOf } from './connection.ts';
import { type SourceRun, SourceRuns } from './source-run.ts';

/** What the first reading of the capture gives: everything that the second needs to know where to look. */
export interface Survey {
  capture: DecodedCapture;
  clocks: Map<string, ClockMap>;
  cutMarks: number;
  /** Shift of the node's windows; undefined if the handshake was not captured. */
  nodeScale: number | undefined;
  runs: SourceRun[];
  /** First payload of the connection in either direction. */
  trafficStartNs: number | undefined;
}

export async function surveyCapture(path: string, cell: CellFile, ends: Endpoints): Promise<Survey> {
  const peerAddress = parseIpv4(cell.peer.public_address);
  const marks: Mark[] = [];
  const handshake = new Handshake();
  const sources = new SourceRuns();
  let cutMarks = 0;
  let trafficStartNs: number | undefined;
  const capture = await readCaptureFile(
    path,
    (segment, verdict) => {
      if (verdict === 'udp') {
        if (segment.destinationAddress !== peerAddress) return;
        const mark = readMark(segment);
        if (mark === 'cut') cutMarks++;
        else if (mark !== undefined) marks.push(mark);
        return;
      }
      const sender = senderOf(segment, ends);
      if (sender === undefined) return;
      handshake.observe(sender, segment);
      if (sender === 'node') sources.observe(segment);
      if (segment.payloadLength > 0) trafficStartNs ??= segment.timeNs;
    },
    verifying(cell),
  );
  return {
    capture,
    clocks: mapClocks(marks),
    cutMarks,
    nodeScale: handshake.nodeScale(),
    runs: sources.runs,
    trafficStartNs,
  };
}
