// SPDX-License-Identifier: GPL-2.0-only
import { median } from 'simple-statistics';

const SECOND_NS = 1_000_000_000;

/** Payload in [startNs, startNs + intervalNs). */
export class IntervalRate {
  private bytes = 0;
  private readonly startNs: number;
  private readonly intervalNs: number;

  constructor(startNs: number, intervalNs: number) {
    this.startNs = startNs;
    this.intervalNs = intervalNs;
  }

  observe(timeNs: number, bytes: number): void {
    if (timeNs >= this.startNs && timeNs < this.startNs + this.intervalNs) this.bytes += bytes;
  }

  bytesPerSecond(): number {
    return (this.bytes * SECOND_NS) / this.intervalNs;
  }
}

/** What the lab carried: the median of whole intervals, counted back from `endNs` as far as `startNs`. */
export class MedianRate {
  private readonly intervals: Float64Array;
  private readonly endNs: number;
  private readonly intervalNs: number;

  constructor(startNs: number, endNs: number, intervalNs: number) {
    this.endNs = endNs;
    this.intervalNs = intervalNs;
    this.intervals = new Float64Array(Math.max(0, Math.floor((endNs - startNs) / intervalNs)));
  }

  observe(timeNs: number, bytes: number): void {
    if (timeNs >= this.endNs) return;
    const interval = Math.ceil((this.endNs - timeNs) / this.intervalNs) - 1;
    if (interval < this.intervals.length) this.intervals[interval] = (this.intervals[interval] ?? 0) + bytes;
  }

  /** Undefined below two whole intervals, because one says nothing of the others. */
  bytesPerSecond(): number | undefined {
    return this.intervals.length < 2
      ? undefined
      : (median([...this.intervals]) * SECOND_NS) / this.intervalNs;
  }
}
