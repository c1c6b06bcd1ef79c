// SPDX-License-Identifier: GPL-2.0-only

/** The longest time between two consecutive payload segments, of those gaps that overlap [startNs, endNs]. */
export class LongestGap {
  private previous: number | undefined;
  longestNs: number | undefined;
  private readonly startNs: number;
  private readonly endNs: number;

  constructor(startNs: number, endNs: number) {
    this.startNs = startNs;
    this.endNs = endNs;
  }

  observe(timeNs: number): void {
    const { previous } = this;
    this.previous = timeNs;
    if (previous === undefined || previous > this.endNs || timeNs < this.startNs) return;
    this.longestNs = Math.max(this.longestNs ?? 0, timeNs - previous);
  }
}
