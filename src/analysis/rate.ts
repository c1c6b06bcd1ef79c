// SPDX-License-Identifier: GPL-2.0-only
import { median } from 'simple-statistics';

export const SECOND_NS = 1_000_000_000;

/** Payload bytes in [startNs, startNs + 1 s); bytes a second divided by 10^6 is MB/s. */
export class SecondCount {
  bytes = 0;
  private readonly startNs: number;

  constructor(startNs: number) {
    this.startNs = startNs;
  }

  observe(timeNs: number, bytes: number): void {
    if (timeNs >= this.startNs && timeNs < this.startNs + SECOND_NS) this.bytes += bytes;
  }
}

/** What the lab carried: the median of whole seconds, counted back from `endNs` as far as `startNs`. */
export class MedianRate {
  private readonly seconds: Float64Array;
  private readonly endNs: number;

  constructor(startNs: number, endNs: number) {
    this.endNs = endNs;
    this.seconds = new Float64Array(Math.max(0, Math.floor((endNs - startNs) / SECOND_NS)));
  }

  observe(timeNs: number, bytes: number): void {
    if (timeNs >= this.endNs) return;
    const second = Math.ceil((this.endNs - timeNs) / SECOND_NS) - 1;
    if (second < this.seconds.length) this.seconds[second] = (this.seconds[second] ?? 0) + bytes;
  }

  /** Bytes a second; undefined below two whole seconds, because one second says nothing of the others. */
  bytesPerSecond(): number | undefined {
    return this.seconds.length < 2 ? undefined : median([...this.seconds]);
  }
}
