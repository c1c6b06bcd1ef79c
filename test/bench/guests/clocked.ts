// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExitCode, Fault } from '../../../src/fault.ts';
import { addressOn, type LabPlan, type MachinePlan } from '../../../src/plan/lab.ts';
import { guestFiles, loadModule, scenarioScript } from '../../../src/plan/script.ts';
import { runCell } from '../../../src/run/cell.ts';
import type { Ground } from '../../../src/run/ground.ts';

const PORT = 5000;
/** Virtual seconds. */
const IDLE_S = 600;
const SLOW_START_S = 0.2;
const STREAM_S = 1;
const TIMEOUT_S = 900;

/** Wall seconds that a virtual one takes, and wall seconds from the boot of the machines to their end. */
export interface Pace {
  idle: number;
  stream: number;
  whole: number;
}

const phases = ['idle-begins', 'idle-ends', 'stream-begins', 'stream-ends'] as const;
type Phase = (typeof phases)[number];
interface Instant {
  wallNs: number;
  virtualNs: number;
}

let boots = 0;

/**
 * Boots the machines on the virtual clock; they idle for a while, and then the first sends to the peer over `wire`, as
 * fast as it goes. Where that is the cluster's wire the nodes load the module, as in an experiment.
 */
export async function paceOf(
  plan: LabPlan,
  wire: string,
  ground: Ground,
  signal: AbortSignal,
): Promise<Pace> {
  const directory = mkdtempSync(join(tmpdir(), 'miglab-bench-'));
  const instants: Partial<Record<Phase, Instant>> = {};
  const begin = performance.now();
  try {
    const { problem } = await runCell({
      ...{ name: `bench-${process.pid}-clock-${++boots}`, plan, ground, clock: 'virtual' },
      ...{ timeoutS: TIMEOUT_S, directory, signal, captures: [] },
      scenarios: Object.fromEntries(
        plan.machines.map((machine) => [
          machine.name,
          scenarioScript(plan, machine, 'idle, then a stream', TIMEOUT_S, steps(plan, machine, wire)),
        ]),
      ),
      onEvent: (_, line) => {
        const { event, at, t_ns } = JSON.parse(line);
        if (event === 'phase') instants[at as Phase] = { wallNs: performance.now() * 1e6, virtualNs: t_ns };
      },
    });
    signal.throwIfAborted();
    if (problem) throw new Fault(ExitCode.nothingMeasured, problem);
    return {
      idle: between(instants['idle-begins'], instants['idle-ends']),
      stream: between(instants['stream-begins'], instants['stream-ends']),
      whole: (performance.now() - begin) / 1000,
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function between(begin: Instant | undefined, end: Instant | undefined): number {
  if (!begin || !end) throw new Fault(ExitCode.nothingMeasured, 'a machine did not say where it is');
  return (end.wallNs - begin.wallNs) / (end.virtualNs - begin.virtualNs);
}

function steps(plan: LabPlan, machine: MachinePlan, wire: string): string[] {
  const peer = plan.machines.find(({ role }) => role === 'peer')?.name ?? '';
  const address = `${addressOn(plan, peer, wire)}:${PORT}`;
  const traffic = `--role source --log ${guestFiles.workload}`;
  if (machine.name === peer)
    return [
      `workload peer --listen ${address} ${traffic} --wait 0 & peer=$!`,
      'barrier_at 1 listening',
      'wait $peer || fail "the receiver ended with $?"',
      'barrier_at 2 done',
    ];
  return [
    ...(wire === plan.cluster.wire && machine.role === 'node' ? loadModule(plan, machine) : []),
    'barrier_at 1 listening',
    ...(machine === plan.machines[0] ? idleThenSend(address, traffic) : []),
    'barrier_at 2 done',
  ];
}

function idleThenSend(address: string, traffic: string): string[] {
  const duration = SLOW_START_S + STREAM_S + 0.2;
  const say = (phase: Phase) => `say phase at=${phase}`;
  return [
    `${say('idle-begins')}; sleep ${IDLE_S}; ${say('idle-ends')}`,
    `workload --connect ${address} ${traffic} --duration ${duration} & sender=$!`,
    `sleep ${SLOW_START_S}; ${say('stream-begins')}; sleep ${STREAM_S}; ${say('stream-ends')}`,
    'wait $sender || fail "the sender ended with $?"',
  ];
}
