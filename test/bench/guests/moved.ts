// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { max, median } from 'simple-statistics';
import { ExitCode, Fault } from '../../../src/fault.ts';
import { readCaptureFile } from '../../../src/pcap/capture-file.ts';
import type { LabPlan } from '../../../src/plan/lab.ts';
import { machineFiles } from '../../../src/plan/qemu.ts';
import { scenarioScript } from '../../../src/plan/script.ts';
import { runCell } from '../../../src/run/cell.ts';
import type { Ground } from '../../../src/run/ground.ts';
import { manyMove } from '../../lab/many.ts';

const TIMEOUT_S = 900;

/** Of one move of a process with many connections; milliseconds of the virtual clock. */
interface Moved {
  /** Silence of the median connection's node, at the peer: from the origin's last segment to the destination's first. */
  delay: number;
  /** And of the one that was silent longest. */
  longest: number;
  /** From the first thread's stop to the process's going on. */
  freeze: number;
  /** Of these, from the first connection's freeze. */
  connections: number;
}

let boots = 0;

/** Boots the lab on the virtual clock, and moves a process with so many connections, which carry 10 MB/s each way. */
export async function moveOf(
  plan: LabPlan,
  connections: number,
  ground: Ground,
  signal: AbortSignal,
): Promise<Moved> {
  const directory = mkdtempSync(join(tmpdir(), 'miglab-bench-'));
  const scenario = (machine: LabPlan['machines'][number]) => {
    const steps = manyMove(plan, machine, { connections, rateMbS: 10 });
    return [machine.name, scenarioScript(plan, machine, `${connections} connections`, TIMEOUT_S, steps)];
  };
  try {
    const { problem } = await runCell({
      ...{ name: `bench-${process.pid}-moved-${++boots}`, plan, ground, clock: 'virtual' },
      ...{ timeoutS: TIMEOUT_S, directory, signal },
      scenarios: Object.fromEntries(plan.machines.map(scenario)),
      captures: [{ machine: 'peer', wire: plan.cluster.wire, file: 'public.pcap', snaplen: 128 }],
    });
    signal.throwIfAborted();
    if (problem) throw new Fault(ExitCode.nothingMeasured, problem);
    const silences = await silencesIn(join(directory, 'public.pcap'), connections);
    const [delay, longest] = [median(silences), max(silences)];
    return { delay, longest, ...spans(readFileSync(join(directory, machineFiles('node-a').events), 'utf8')) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function spans(events: string): Omit<Moved, 'delay' | 'longest'> {
  const line = events.split('\n').find((each) => each.includes('"event":"migration"'));
  const { status, freeze_ns, sockets_ns, resumed_ns } = JSON.parse(line ?? '{}');
  if (status !== 'ok') throw new Fault(ExitCode.nothingMeasured, `no migration: ${line}`);
  return { freeze: (resumed_ns - freeze_ns) / 1e6, connections: (resumed_ns - sockets_ns) / 1e6 };
}

/** Of each connection, ms. Its machine is known by its segments' source MAC; its node's port names it. */
async function silencesIn(capture: string, connections: number): Promise<number[]> {
  const last = new Map<number, { mac: number; timeNs: number }>();
  const silences = new Map<number, number>();
  await readCaptureFile(capture, ({ sourcePort, destinationPort, sourceMac, timeNs }, verdict) => {
    if (verdict !== 'tcp' || destinationPort !== 5000) return;
    const before = last.get(sourcePort);
    if (before && before.mac !== sourceMac) silences.set(sourcePort, timeNs - before.timeNs);
    last.set(sourcePort, { mac: sourceMac, timeNs });
  });
  if (silences.size !== connections)
    throw new Fault(
      ExitCode.nothingMeasured,
      `${silences.size} of ${connections} connections were seen to move`,
    );
  return [...silences.values()].map((ns) => ns / 1e6);
}
