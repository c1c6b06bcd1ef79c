// SPDX-License-Identifier: GPL-2.0-only
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { readCapture } from '../pcap/capture.ts';
import { createSegment, decodeFrame } from '../pcap/segment.ts';
import {
  calibrationScenario,
  endsOf,
  type Load,
  loads,
  settledS,
  windowS,
  wireOf,
} from '../plan/calibration.ts';
import type { LabPlan } from '../plan/lab.ts';
import { machineFiles } from '../plan/qemu.ts';
import type { Calibration } from './calibration.ts';
import { runCell } from './cell.ts';
import { clockHere } from './clock.ts';
import type { Ground } from './ground.ts';
import { StreamRate } from './stream-rate.ts';

/** Seconds of virtual time that the machines may take for all of it. */
const TIMEOUT_S = 60;
const CAPTURE = 'cluster.pcap';

/**
 * Boots the lab once on the virtual clock, and measures what its wires give.
 *
 * @throws Fault (2) when a machine did not carry it out, (69) when this QEMU cannot be kept in step
 */
export async function calibrate(lab: LabPlan, ground: Ground, signal: AbortSignal): Promise<Calibration> {
  await clockHere('virtual', ground);
  const directory = await mkdtemp(join(tmpdir(), 'miglab-calibrate-'));
  const { to } = endsOf(lab, wireOf(lab, lab.cluster.wire));
  try {
    const { problem } = await runCell({
      ...{ name: `calibrate-${process.pid}`, plan: lab, ground, clock: 'virtual', timeoutS: TIMEOUT_S },
      ...{ directory, signal },
      scenarios: Object.fromEntries(
        lab.machines.map((machine) => [machine.name, calibrationScenario(lab, machine, TIMEOUT_S)]),
      ),
      captures: [{ machine: to.name, wire: lab.cluster.wire, file: CAPTURE, snaplen: 128 }],
    });
    signal.throwIfAborted();
    if (problem) throw new Fault(ExitCode.nothingMeasured, problem);
    return await collect(lab, directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function collect(lab: LabPlan, directory: string): Promise<Calibration> {
  const calibration: Calibration = {
    roundTrips: {},
    rates: await readRates(lab, join(directory, CAPTURE)),
    busy: { source: {}, duplex: {} },
  };
  for (const { name } of lab.machines)
    for (const event of parseEvents(await readFile(join(directory, machineFiles(name).events), 'utf8'))) {
      if (event.event === 'round-trip')
        calibration.roundTrips[event.wire] = { leastNs: event.least_ms * 1e6, meanNs: event.mean_ms * 1e6 };
      if (event.event === 'processor')
        calibration.busy[event.load][name] = busyShare(event.before, event.after);
    }
  return calibration;
}

type Told =
  | { event: 'round-trip'; wire: string; least_ms: number; mean_ms: number }
  | { event: 'processor'; load: Load; before: string; after: string };

const parseEvents = (text: string): Told[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

/** From two readings of /proc/uptime: seconds since the boot, and of these the idle ones. */
function busyShare(before: string, after: string): number {
  const [[up = 0, idle = 0], [upThen = 0, idleThen = 0]] = [before, after].map((text) =>
    text.split(' ').map(Number),
  ) as [number[], number[]];
  return 1 - (idleThen - idle) / (upThen - up);
}

/** Rates of the streams at the card of the one that is connected to, without slow start. */
async function readRates(lab: LabPlan, file: string): Promise<Calibration['rates']> {
  const rate = () => new StreamRate(settledS(lab) * 1e9, windowS * 1e9);
  const streams = {
    source: { fromNode: rate(), fromPeer: rate() },
    duplex: { fromNode: rate(), fromPeer: rate() },
  };
  const segment = createSegment();
  await readCapture(createReadStream(file), (frame) => {
    if (decodeFrame(frame, segment) !== 'tcp') return;
    for (const [load, port] of Object.entries(loads) as [Load, number][]) {
      if (segment.destinationPort === port) streams[load].fromNode.take(segment);
      if (segment.sourcePort === port) streams[load].fromPeer.take(segment);
    }
  });
  const rates = ({ fromNode, fromPeer }: typeof streams.source) => ({
    fromNode: fromNode.bytesPerSecond(),
    fromPeer: fromPeer.bytesPerSecond(),
  });
  return { source: rates(streams.source), duplex: rates(streams.duplex) };
}
