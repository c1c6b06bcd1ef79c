// SPDX-License-Identifier: GPL-2.0-only
import { median } from 'simple-statistics';
import type { Segment } from '../pcap/segment.ts';

/** The discard port, to which machines send their marks (RFC 863). */
const MARK_PORT = 9;

/** A datagram that a machine sent at its own time `sentNs` and that was captured at `capturedNs`. */
export interface Mark {
  machine: string;
  sentNs: number;
  capturedNs: number;
}

/** How a machine's CLOCK_MONOTONIC maps onto the capture's: capture time = machine's time + offsetNs. */
export interface ClockMap {
  marks: number;
  offsetNs: number;
  /** How far the mapping may be off: the larger of the typical mark's delay above the least delayed one, and the change
   *  of the least delay from the first half of the marks to the second (drift). Undefined for a single mark. */
  uncertaintyNs: number | undefined;
}

const MARK = /^miglab-mark (\S+) (\S+) (\d{1,19})$/;
const decoder = new TextDecoder('latin1');

/** The mark in a UDP datagram; 'cut' if it is one whose end was not captured; undefined for any other datagram. */
export function readMark(datagram: Segment): Mark | 'cut' | undefined {
  if (datagram.destinationPort !== MARK_PORT) return undefined;
  const { bytes, payloadStart, payloadEnd, payloadLength } = datagram;
  const text = decoder.decode(bytes.subarray(payloadStart, payloadEnd));
  if (!text.startsWith('miglab-mark ')) return undefined;
  const match = payloadEnd - payloadStart === payloadLength ? MARK.exec(text.trimEnd()) : null;
  const sentNs = Number(match?.[3] ?? Number.NaN);
  if (match === null || !Number.isSafeInteger(sentNs)) return 'cut';
  return { machine: match[1] ?? '', sentNs, capturedNs: datagram.timeNs };
}

/** The least delayed mark is the best estimate: delays only add. The offset is too large by that mark's own delay. */
export function mapClocks(marks: readonly Mark[]): Map<string, ClockMap> {
  const machines = new Set(marks.map((mark) => mark.machine));
  const ofMachine = (machine: string) => marks.filter((mark) => mark.machine === machine);
  return new Map([...machines].map((machine) => [machine, mapClock(ofMachine(machine))]));
}

function mapClock(marks: readonly Mark[]): ClockMap {
  const offsets = marks.map((mark) => mark.capturedNs - mark.sentNs);
  const offsetNs = least(offsets);
  if (offsets.length < 2) return { marks: offsets.length, offsetNs, uncertaintyNs: undefined };
  const half = Math.floor(offsets.length / 2);
  const drift = Math.abs(least(offsets.slice(0, half)) - least(offsets.slice(half)));
  const typicalDelay = median(offsets.map((offset) => offset - offsetNs));
  return { marks: offsets.length, offsetNs, uncertaintyNs: Math.max(drift, typicalDelay) };
}

const least = (values: readonly number[]) =>
  values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
