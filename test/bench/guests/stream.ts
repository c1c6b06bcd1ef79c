// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExitCode, Fault } from '../../../src/fault.ts';
import { addressOn, type LabPlan, type MachinePlan } from '../../../src/plan/lab.ts';
import { machineFiles } from '../../../src/plan/qemu.ts';
import { guestFiles, loadModule, scenarioScript } from '../../../src/plan/script.ts';
import { runCell } from '../../../src/run/cell.ts';
import type { Ground } from '../../../src/run/ground.ts';

const PORT = 5000;
const STREAM_S = 10;
/** Slow start and the first scheduling of the machines are no rate. */
const SETTLED_NS = 2e9;
const TIMEOUT_S = 120;

/** A stream in one direction over one wire: from the first machine that is no peer to the peer. */
export interface Stream {
  plan: LabPlan;
  wire: string;
  /** Every node loads the module, as in an experiment; one without the cluster's wire has nothing to load it for. */
  module: boolean;
  /** The peer's card is captured as in an experiment. */
  captured: boolean;
}

let boots = 0;

/** Boots the machines, sends as fast as it goes for ten seconds, powers off. @returns MB/s that the peer read. */
export async function streamRate(
  { plan, wire, module, captured }: Stream,
  ground: Ground,
  signal: AbortSignal,
): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'miglab-bench-'));
  const peer = plan.machines.find(({ role }) => role === 'peer')?.name ?? '';
  const scenario = (machine: MachinePlan) => [
    machine.name,
    scenarioScript(plan, machine, 'a stream', TIMEOUT_S, steps(plan, machine, wire, module)),
  ];
  try {
    const { problem } = await runCell({
      ...{
        name: `bench-${process.pid}-${++boots}`,
        plan,
        ground,
        clock: 'real',
        timeoutS: TIMEOUT_S,
        directory,
        signal,
      },
      scenarios: Object.fromEntries(plan.machines.map(scenario)),
      captures: captured ? [{ machine: peer, wire, file: 'public.pcap', snaplen: 128 }] : [],
    });
    signal.throwIfAborted();
    if (problem) throw new Fault(ExitCode.nothingMeasured, problem);
    return settledRate(readFileSync(join(directory, machineFiles(peer).events), 'utf8'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function steps(plan: LabPlan, machine: MachinePlan, wire: string, module: boolean): string[] {
  const peer = plan.machines.find(({ role }) => role === 'peer')?.name ?? '';
  const address = `${addressOn(plan, peer, wire)}:${PORT}`;
  if (machine.role === 'peer')
    return [
      `workload peer --listen ${address} --role source --log ${guestFiles.workload} & peer=$!`,
      'barrier_at 1 listening',
      'wait $peer || fail "the receiver ended with $?"',
      'barrier_at 2 done',
    ];
  const send = `workload --connect ${address} --role source --duration ${STREAM_S} --log ${guestFiles.workload}`;
  const isSender = machine === plan.machines.find(({ role }) => role === 'node');
  return [
    ...(module ? loadModule(plan, machine) : []),
    'barrier_at 1 listening',
    ...(isSender ? [`${send} || fail "the sender ended with $?"`] : []),
    'barrier_at 2 done',
  ];
}

/** MB/s between the receiver's first report after slow start and its last with the connection open, by its own clock. */
function settledRate(events: string): number {
  const reports = events
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ event, state }) => event === 'peer' && state === 'open');
  const settled = reports.filter(({ t_ns }) => t_ns >= reports[0].t_ns + SETTLED_NS);
  const [first, last] = [settled[0], settled.at(-1)];
  if (settled.length < 10) throw new Fault(ExitCode.nothingMeasured, 'the stream was too short for a rate');
  return (1000 * (last.rx_bytes - first.rx_bytes)) / (last.t_ns - first.t_ns);
}
