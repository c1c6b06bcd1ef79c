// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { ExitCode, Fault } from '../fault.ts';
import { runScript } from '../guest/script.ts';
import type { LabPlan, MachinePlan } from '../plan/lab.ts';
import {
  listenAtPeer,
  listMovable,
  movePid,
  readyNode,
  startOnNode,
  stopOnNode,
  type Traffic,
} from '../plan/traffic.ts';
import { readPlan } from '../vm/lab-plan.ts';
import { connect } from './connect.ts';

/** A process that can migrate, and the node it is on. */
interface Movable {
  pid: number;
  name: string;
  node: string;
}

const startEvent = z.looseObject({ pid: z.int(), local: z.string(), remote: z.string() });
const endEvent = z.looseObject({
  ...{ pid: z.int(), exit: z.int(), tx_bytes: z.number(), rx_bytes: z.number() },
  ...{ rx_wrong: z.number(), mem_wrong: z.number() },
});
const migrationEvent = z.looseObject({
  ...{ status: z.string(), reason: z.string(), bytes: z.number().optional() },
  ...{ freeze_ns: z.number().optional(), resumed_ns: z.number().optional() },
  connections: z.array(z.unknown()).optional(),
});

export type WorkloadStart = z.infer<typeof startEvent> & { node: string };
export type WorkloadEnd = z.infer<typeof endEvent> & { node: string };
export type Migration = z.infer<typeof migrationEvent> & Movable & { to: string };

/** Starts the workload on the first node of a lab that is up, connected to its peer, ready to migrate. */
export async function startWorkload(name: string, traffic: Traffic): Promise<WorkloadStart> {
  const lab = readPlan(name);
  const { nodes, peer, first } = rolesOf(lab);
  const there = (await movables(name, nodes)).find((each) => each.name === 'workload');
  if (there)
    throw new Fault(
      ExitCode.usage,
      `a workload runs already: process ${there.pid} on ${there.node}`,
      `End it first: miglab workload --stop${nameOption(name)}`,
    );
  await readyNodes(name, lab, nodes);
  await script(name, peer.name, listenAtPeer(lab, peer, traffic));
  const started = await script(name, first.name, startOnNode(lab, peer, traffic));
  return { ...startEvent.parse(JSON.parse(started)), node: first.name };
}

/** Ends the workload in good order: both sides have verified every byte then. @throws Fault (64) when there is none */
export async function stopWorkload(name: string): Promise<WorkloadEnd> {
  const { nodes } = rolesOf(readPlan(name));
  const there = (await movables(name, nodes)).find((each) => each.name === 'workload');
  if (!there) throw new Fault(ExitCode.usage, `no workload runs in lab "${name}"`);
  return {
    ...endEvent.parse(JSON.parse(await script(name, there.node, stopOnNode(there.pid)))),
    node: there.node,
  };
}

/**
 * Moves a process to another node. @throws Fault (64) when it is not clear which, or where to, (1) with the reason when
 * it stays where it is or is lost, (2) when it is not known where it is
 */
export async function migrate(
  name: string,
  pid: number | undefined,
  to: string | undefined,
): Promise<Migration> {
  const lab = readPlan(name);
  const { nodes } = rolesOf(lab);
  const found = await movables(name, nodes);
  const process = choose(
    found.filter((each) => pid === undefined || each.pid === pid),
    name,
    pid,
  );
  const destination = chooseNode(nodes, process.node, to);
  await readyNodes(name, lab, nodes);
  using session = await connect(name, process.node);
  const { stdout, stderr } = await runScript(session, movePid(lab, process.pid, destination));
  const event = migrationEvent.safeParse(parse(stdout)).data;
  if (event?.status === 'ok') return { ...event, ...process, to: destination };
  const why = [event?.status, event?.reason].filter(Boolean).join(': ') || stderr.trim();
  if (event?.status === 'lost')
    throw new Fault(ExitCode.checkFailed, `process ${process.pid} runs nowhere: ${why}`);
  if (event?.status === 'in-doubt')
    throw new Fault(
      ExitCode.nothingMeasured,
      `process ${process.pid} is frozen on ${process.node}: ${why}`,
      `Ask ${destination} again: miglab migrate --resolve${nameOption(name)}. If it will never answer: docs/hand-over.md`,
    );
  throw new Fault(
    ExitCode.checkFailed,
    `process ${process.pid} stays on ${process.node}: ${why}`,
    stderr.trim() || undefined,
  );
}

function rolesOf(lab: LabPlan) {
  const nodes = lab.machines.filter(({ role }) => role === 'node');
  const peer = lab.machines.find(({ role }) => role === 'peer');
  const first = nodes[0];
  if (!peer || !first) throw new Fault(ExitCode.usage, `the topology ${lab.topology} has no peer or no node`);
  return { nodes, peer, first };
}

const readyNodes = (name: string, lab: LabPlan, nodes: readonly MachinePlan[]) =>
  Promise.all(nodes.map((node) => script(name, node.name, readyNode(lab, node))));

async function movables(name: string, nodes: readonly MachinePlan[]): Promise<Movable[]> {
  const lists = nodes.map(async ({ name: node }) => {
    const lines = (await script(name, node, listMovable)).trim().split('\n').filter(Boolean);
    return lines.map((line) => ({ pid: Number.parseInt(line, 10), name: line.replace(/^\d+ /, ''), node }));
  });
  return (await Promise.all(lists)).flat();
}

/** @returns what the script printed @throws Fault (1) with what it complained of */
async function script(lab: string, machine: string, text: string): Promise<string> {
  using session = await connect(lab, machine);
  const { code, stdout, stderr } = await runScript(session, text);
  if (code !== 0)
    throw new Fault(ExitCode.checkFailed, `${machine}: ${stderr.trim() || `a step failed with ${code}`}`);
  return stdout;
}

function choose(found: readonly Movable[], name: string, pid: number | undefined): Movable {
  const [only, ...more] = found;
  if (only && more.length === 0) return only;
  if (!only)
    throw new Fault(
      ExitCode.usage,
      pid === undefined
        ? `no process in lab "${name}" can migrate`
        : `no process ${pid} in lab "${name}" can migrate`,
      `Start one: miglab workload${nameOption(name)}, or cr_run PROGRAM on a node.`,
    );
  const list = found.map((each) => `${each.pid} (${each.name} on ${each.node})`).join(', ');
  throw new Fault(ExitCode.usage, 'several processes can migrate', `Name one: ${list}`);
}

function chooseNode(nodes: readonly MachinePlan[], from: string, to: string | undefined): string {
  const others = nodes.map((node) => node.name).filter((node) => node !== from);
  const chosen = to ?? (others.length === 1 ? others[0] : undefined);
  if (chosen !== undefined && others.includes(chosen)) return chosen;
  const what = to === undefined ? 'several nodes could take it' : `it cannot go from ${from} to "${to}"`;
  throw new Fault(ExitCode.usage, what, `Name one: --to ${others.join(', ')}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const nameOption = (name: string) => (name === 'lab' ? '' : ` -n ${name}`);
