// SPDX-License-Identifier: GPL-2.0-only
import type { Segment } from '../pcap/segment.ts';

/** How fast one direction of a connection goes on in a window of time: bytes that were sent again count once. */
export class StreamRate {
  private readonly settledNs: number;
  private readonly windowNs: number;
  private beginNs: number | undefined;
  private highest: number | undefined;
  private bytes = 0;

  /** @param settledNs from the first payload to the window's begin */
  constructor(settledNs: number, windowNs: number) {
    this.settledNs = settledNs;
    this.windowNs = windowNs;
  }

  /** Segments in the order of the capture. */
  take({ timeNs, seq, payloadLength }: Segment): void {
    if (payloadLength === 0) return;
    this.beginNs ??= timeNs + this.settledNs;
    const end = (seq + payloadLength) | 0;
    const ahead = this.highest === undefined ? payloadLength : (end - this.highest) | 0;
    if (ahead <= 0) return;
    this.highest = end;
    if (timeNs >= this.beginNs && timeNs < this.beginNs + this.windowNs) this.bytes += ahead;
  }

  bytesPerSecond(): number {
    return (this.bytes * 1e9) / this.windowNs;
  }
}
