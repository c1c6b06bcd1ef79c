// SPDX-License-Identifier: GPL-2.0-only
import type { CellPlan } from '../plan/experiment.ts';
import { planImpairment } from '../plan/impairment.ts';
import { type LabPlan, type MachinePlan, planLab } from '../plan/lab.ts';
import type { Assignment, Check, CurveSpec, TrafficSpec } from '../spec/assignment.ts';
import { portRange } from '../spec/contradictions.ts';
import type { Topology } from '../spec/topology.ts';
import { type Draw, drawFrom } from './draw.ts';

/** One check with all that the seed decides, decided. */
export type PlannedCheck = { check: Check; lab: LabPlan } & (
  | { kind: 'migration'; cell: CellPlan }
  | { kind: 'window'; window: WindowPlan }
  | { kind: 'curve'; cell: CellPlan; curve: CurvePlan }
);

/** The peer sends to a process on the first node, whose window is closed for a while. */
export interface WindowPlan {
  seed: number;
  rateMbS: number;
  rcvbuf: number;
  peerPort: number;
  /** Of traffic, before the window is closed. */
  warmUpS: number;
  closedS: number;
  /** Of traffic, when it is open again. */
  settleS: number;
  /** Whether it is opened, or the session ends that has closed it. */
  ends: 'opened' | 'session';
  timeoutS: number;
}

/** What a program is to read out of the capture of the cell. */
export interface CurvePlan {
  times: 'us' | 'ns';
  toleranceMs: number;
  /** In which the program runs: the machines' clock, boot included. */
  timeoutS: number;
}

/** The topology of every check. */
export const topologyName = 'broadcast-cluster';

/** All checks of an assignment, or those that a student may run, as a seed has them. Pure. */
export function planChecks(
  { name, checks }: Pick<Assignment, 'name' | 'checks'>,
  topology: Topology,
  seed: string,
  only: (check: Check) => boolean = () => true,
): PlannedCheck[] {
  return checks.filter(only).map((check) => planCheck(check, topology, drawFrom(seed, name, check.id)));
}

function planCheck(check: Check, topology: Topology, draw: Draw): PlannedCheck {
  const lab = withPorts(planLab(topology), draw);
  const { run } = check;
  if (run.kind === 'migration') return { check, lab, kind: run.kind, cell: planTraffic(check.id, run, draw) };
  if (run.kind === 'curve')
    return {
      ...{ check, lab, kind: run.kind, cell: planTraffic(check.id, run.capture, draw) },
      curve: planCurve(run, draw),
    };
  const window: WindowPlan = {
    seed: seedOf(draw),
    rateMbS: draw.number('rate', run.rate_mb_s),
    rcvbuf: draw.one('rcvbuf', run.rcvbuf),
    peerPort: portOf(draw),
    warmUpS: draw.whole('warm-up', 300, 500) / 1000,
    closedS: draw.number('closed', run.closed_s),
    settleS: 0.5,
    ends: draw.one('ends', run.ends),
    timeoutS: run.deadline_s,
  };
  return { check, lab, kind: run.kind, window };
}

function planTraffic(id: string, asked: TrafficSpec, draw: Draw): CellPlan {
  return {
    ...{ id, engine: 'tcpmig', clock: 'virtual', seed: seedOf(draw), peerPort: portOf(draw) },
    role: draw.one('role', asked.role),
    imageMb: draw.number('image', asked.image_mb),
    rateMbS: draw.number('rate', asked.rate_mb_s),
    peerRateMbS: draw.number('peer rate', asked.peer_rate_mb_s),
    rcvbuf: draw.one('rcvbuf', asked.rcvbuf),
    ...{ repetitions: asked.repetitions, intervalS: asked.interval_s },
    ...{ warmUpS: asked.warm_up_s, settleS: asked.settle_s, timeoutS: asked.deadline_s },
    impairments: asked.impairments.map(planImpairment),
  };
}

const planCurve = (asked: CurveSpec, draw: Draw): CurvePlan => ({
  times: draw.one('times', asked.times),
  toleranceMs: asked.tolerance_ms,
  timeoutS: asked.deadline_s,
});

/** Of the contents of streams, and of the instant within an interval at which the process moves. */
const seedOf = (draw: Draw) => draw.whole('seed', 1, 2 ** 31 - 1);
const portOf = (draw: Draw) => draw.whole('peer port', 5000, 59_999);

/** Nodes choose the port of a connection they open from a range; where it begins is the seed's. */
const withPorts = (lab: LabPlan, draw: Draw): LabPlan => ({
  ...lab,
  machines: lab.machines.map((machine) => ({ ...machine, ...portsOf(machine, draw) })),
});

function portsOf({ name, ports }: MachinePlan, draw: Draw): { ports?: string } {
  if (!ports) return {};
  const { first, last } = portRange(ports);
  return { ports: `${draw.whole(`ports of ${name}`, first, last - 1000)}-${last}` };
}
