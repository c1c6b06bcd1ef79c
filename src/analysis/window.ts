// SPDX-License-Identifier: GPL-2.0-only
const MS = 1_000_000;

/** Median over segments, exact and in constant memory: one counter for each value of the 16-bit field. */
export class WindowMedian {
  private readonly counts = new Uint32Array(65536);
  private total = 0;

  add(window: number): void {
    this.counts[window] = (this.counts[window] ?? 0) + 1;
    this.total++;
  }

  value(): number | undefined {
    if (this.total === 0) return undefined;
    return (this.ranked((this.total - 1) >> 1) + this.ranked(this.total >> 1)) / 2;
  }

  private ranked(rank: number): number {
    let below = 0;
    for (let window = 0; window < 65536; window++) {
      below += this.counts[window] ?? 0;
      if (below > rank) return window;
    }
    return 65535;
  }
}

export interface CurvePoint {
  timeNs: number;
  window: number;
  mac: number;
}

/**
 * Thins the advertised window to what a drawing needs: of each millisecond the lowest and the highest value in the order
 * sent, and of those only where the value or the machine changes, or 10 ms after the last point.
 */
export class WindowCurve {
  readonly points: CurvePoint[] = [];
  private low: CurvePoint | undefined;
  private high: CurvePoint | undefined;
  private readonly startNs: number;
  private readonly endNs: number;

  constructor(startNs: number, endNs: number) {
    this.startNs = startNs;
    this.endNs = endNs;
  }

  observe(timeNs: number, window: number, mac: number): void {
    if (timeNs < this.startNs || timeNs > this.endNs) return;
    const { low, high } = this;
    if (low === undefined || high === undefined || this.isNewBin(low, timeNs, mac)) {
      this.flush();
      this.low = this.high = { timeNs, window, mac };
    } else if (window < low.window) this.low = { timeNs, window, mac };
    else if (window > high.window) this.high = { timeNs, window, mac };
  }

  /** Call once, after the last segment. */
  end(): CurvePoint[] {
    this.flush();
    return this.points;
  }

  private isNewBin(point: CurvePoint, timeNs: number, mac: number): boolean {
    return Math.floor(point.timeNs / MS) !== Math.floor(timeNs / MS) || point.mac !== mac;
  }

  private flush(): void {
    const { low, high } = this;
    if (low === undefined || high === undefined) return;
    if (low === high) this.keep(low);
    else for (const point of low.timeNs <= high.timeNs ? [low, high] : [high, low]) this.keep(point);
    this.low = this.high = undefined;
  }

  private keep(point: CurvePoint): void {
    const last = this.points.at(-1);
    const isNews = last?.window !== point.window || last.mac !== point.mac;
    if (last === undefined || isNews || point.timeNs - last.timeNs >= 10 * MS) this.points.push(point);
  }
}

/** Windows that the migrating endpoint advertises around one migration, as sent (not scaled). */
export class WindowMetric {
  readonly curve: WindowCurve;
  private readonly before = new WindowMedian();
  private readonly after = new WindowMedian();
  private lowest: number | undefined;
  private readonly freezeNs: number;
  private readonly destinationNs: number;
  private readonly originMac: number;
  private readonly intervalNs: number;

  /** @param destinationNs the destination's first segment. All times on the capture's clock. */
  constructor(freezeNs: number, destinationNs: number, originMac: number, intervalNs: number) {
    this.freezeNs = freezeNs;
    this.destinationNs = destinationNs;
    this.originMac = originMac;
    this.intervalNs = intervalNs;
    this.curve = new WindowCurve(freezeNs - intervalNs / 2, freezeNs + 3 * intervalNs);
  }

  observe(timeNs: number, window: number, mac: number): void {
    const { freezeNs, destinationNs, intervalNs } = this;
    const isOrigin = mac === this.originMac;
    this.curve.observe(timeNs, window, mac);
    if (timeNs < freezeNs) {
      if (isOrigin && timeNs >= freezeNs - intervalNs) this.before.add(window);
    } else if (timeNs <= destinationNs + 2 * intervalNs) {
      this.lowest = Math.min(this.lowest ?? window, window);
      if (!isOrigin && timeNs >= destinationNs + intervalNs) this.after.add(window);
    }
  }

  summary(): { before: number | undefined; min: number | undefined; after: number | undefined } {
    return { before: this.before.value(), min: this.lowest, after: this.after.value() };
  }
}
