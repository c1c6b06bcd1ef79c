// SPDX-License-Identifier: GPL-2.0-only

/**
 * Finds what is to be added to the times of a capture so that they are wall clock. QEMU adds the guest's running time
 * to the moment at which the capture was begun (net/dump.c), which is wrong by that running time when the capture
 * begins later than the machine. But the file's time of last change is that of its last record, late by nothing and
 * early by at most a tick of the host's clock: so the largest difference seen is the best.
 */
export class WallClock {
  #offsetUs: number | undefined;

  /** `changedUs`: when the record was written, by the host's clock, in microseconds since the epoch. */
  see(recordUs: number, changedUs: number): void {
    const offsetUs = Math.round(changedUs - recordUs);
    if (this.#offsetUs === undefined || offsetUs > this.#offsetUs) this.#offsetUs = offsetUs;
  }

  /** Microseconds; `fallbackUs` while nothing was seen. */
  offsetUs(fallbackUs: number): number {
    return this.#offsetUs ?? fallbackUs;
  }
}
