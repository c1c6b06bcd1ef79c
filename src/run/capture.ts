// SPDX-License-Identifier: GPL-2.0-only
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { RecordStream } from '../pcap/record-stream.ts';
import { WallClock } from '../pcap/wall-clock.ts';
import type { CardCapture } from '../vm/capture.ts';
import { isAlive } from '../vm/identity.ts';
import type { Chunk } from '../vm/spool.ts';
import type { MachineState } from '../vm/state.ts';
import { waitFor } from '../vm/wait.ts';

/** How long records wait while it is found out what their times mean. */
const settleMs = 200;
/** How long a reader that does not read may keep the end of a capture waiting. */
const patienceMs = 3000;

export interface CaptureLimits {
  packets?: number;
  seconds?: number;
}

/** Why a capture ended: it was asked to, a limit was reached, its reader or its machine went away. */
type End = 'asked' | 'packets' | 'seconds' | 'reader' | 'machine';

export interface Captured {
  packets: number;
  /** Of the capture file: headers and what was kept of each frame. */
  bytes: number;
  end: End;
  /** Whether everything up to the end reached the reader. */
  complete: boolean;
}

/**
 * Passes what a capture sees on to `sink` as a pcap file with times by the wall clock, until a limit is reached, the
 * signal aborts, or there is no reader or no machine any more. A reader that is slow or dead costs the guest nothing.
 */
export async function pourCapture(
  capture: CardCapture,
  machine: MachineState,
  sink: Writable,
  limits: CaptureLimits,
  signal: AbortSignal,
): Promise<Captured> {
  const over = new AbortController();
  const failure = watchSink(sink, over);
  const asked = () => over.abort('asked');
  const timer = limits.seconds && setTimeout(() => over.abort('seconds'), limits.seconds * 1000);
  signal.addEventListener('abort', asked);
  if (signal.aborted) asked();
  const flow = new Flow(limits.packets ?? Number.POSITIVE_INFINITY);
  try {
    await flowUntil(over, flow, capture, machine, sink);
    await capture.stop();
    const complete = await pourRest(over.signal.reason, flow, capture, sink);
    if (failure.error) throw failure.error;
    return { packets: flow.packets, bytes: flow.bytes, end: over.signal.reason, complete };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', asked);
  }
}

/** A reader that closed its end is an end like others; any other failure to write is one. */
function watchSink(sink: Writable, over: AbortController): { error?: Error } {
  const failure: { error?: Error } = {};
  sink.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') failure.error = error;
    over.abort('reader');
  });
  sink.on('close', () => over.abort('reader'));
  return failure;
}

async function flowUntil(
  over: AbortController,
  flow: Flow,
  { wire, spool }: CardCapture,
  machine: MachineState,
  sink: Writable,
): Promise<void> {
  const wait = {
    what: `frames on ${wire}`,
    timeoutMs: Number.POSITIVE_INFINITY,
    ...{ path: spool.path, signal: over.signal },
  };
  try {
    while (!over.signal.aborted) {
      const chunk = await waitFor(wait, async () => {
        const found = await spool.read();
        if (!found && !isAlive(machine.process)) over.abort('machine');
        return found ?? (flow.ripe() ? { bytes: Buffer.alloc(0) } : undefined);
      });
      await write(sink, flow.take(chunk), over.signal);
      if (flow.full) over.abort('packets');
    }
  } catch (error) {
    if (sink.destroyed) over.abort('reader');
    if (!over.signal.aborted) throw error;
  }
}

/** @returns whether the reader took everything */
async function pourRest(end: End, flow: Flow, { spool }: CardCapture, sink: Writable): Promise<boolean> {
  if (end === 'reader') return false;
  // No AbortSignal.timeout: its timer does not keep the program alive.
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), patienceMs);
  try {
    for (let chunk = await spool.read(); chunk && !flow.full; chunk = await spool.read())
      await write(sink, flow.take(chunk), patience.signal);
    await write(sink, flow.flush(), patience.signal);
    await finish(sink, patience.signal);
    return true;
  } catch (error) {
    if (patience.signal.aborted || sink.destroyed) return false;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** @throws what ended the sink, or the signal's reason */
async function write(sink: Writable, bytes: Buffer, signal: AbortSignal): Promise<void> {
  if (sink.destroyed) throw new Error('the reader has closed');
  if (bytes.length > 0 && !sink.write(bytes)) await once(sink, 'drain', { signal });
}

async function finish(sink: Writable, signal: AbortSignal): Promise<void> {
  if (sink.destroyed) throw new Error('the reader has closed');
  sink.end();
  if (!sink.writableFinished) await once(sink, 'finish', { signal });
}

/** From the bytes of QEMU's file to those of the reader's. Records wait until it is known what their times mean. */
class Flow {
  readonly #limit: number;
  readonly #stream = new RecordStream();
  readonly #clock = new WallClock();
  #held: Buffer[] = [];
  /** By performance.now(). */
  #heldSince = 0;
  #offsetUs: number | undefined;
  #begun = false;
  packets = 0;
  bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get full(): boolean {
    return this.packets >= this.#limit;
  }

  /** Whether records wait that may go now. */
  ripe(): boolean {
    if (this.#held.length === 0) return false;
    return this.#offsetUs !== undefined || performance.now() - this.#heldSince >= settleMs;
  }

  /** @returns the bytes that may go to the reader */
  take({ bytes, changedUs }: Chunk): Buffer {
    if (this.#held.length === 0) this.#heldSince = performance.now();
    this.#held = this.#held.concat(this.#stream.push(bytes));
    const last = this.#held.at(-1);
    if (last && changedUs !== undefined) this.#clock.see(this.#stream.timeUs(last), changedUs);
    return this.ripe() || this.full ? this.flush() : this.#counted(this.#header());
  }

  /** Everything that waits. */
  flush(): Buffer {
    const records = this.#held.splice(0, this.#limit - this.packets);
    this.#held = [];
    for (const record of records) {
      const time = this.#stream.timeUs(record);
      this.#offsetUs ??= this.#clock.offsetUs(Date.now() * 1000 - time);
      this.#stream.setTimeUs(record, time + this.#offsetUs);
    }
    this.packets += records.length;
    return this.#counted(Buffer.concat([this.#header(), ...records]));
  }

  /** A reader such as Wireshark waits for the header: it goes before the first record comes. */
  #header(): Buffer {
    if (this.#begun || !this.#stream.header) return Buffer.alloc(0);
    this.#begun = true;
    return this.#stream.header;
  }

  #counted(bytes: Buffer): Buffer {
    this.bytes += bytes.length;
    return bytes;
  }
}
