// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { ExitCode, Fault } from '../fault.ts';
import { runScript } from '../guest/script.ts';
import type { MachinePlan } from '../plan/lab.ts';
import { askOnNode, decideOnNode, listOnNode, readyNode, type Verdict } from '../plan/traffic.ts';
import { readPlan } from '../vm/lab-plan.ts';
import { connect } from './connect.ts';

const resolutionEvent = z.looseObject({
  ...{ id: z.string(), role: z.enum(['origin', 'destination']), pid: z.int() },
  ...{ status: z.enum(['moved', 'kept', 'lost', 'in-doubt', 'under-way', 'unknown']), reason: z.string() },
});

/** What one node says of one hand-over: docs/hand-over.md. */
export type Resolution = z.infer<typeof resolutionEvent> & { node: string };

/** What an operator decides, and on which node, when the other will never answer again. */
export interface Decision {
  node: string;
  verdict: Verdict;
  /** The process, where several are in doubt. */
  pid?: number | undefined;
}

/**
 * Lets the nodes of a lab ask each other what became of the hand-overs that are in doubt.
 *
 * @returns what became of each; nothing where nothing was in doubt
 * @throws Fault (69) when no node is there any more
 */
export async function resolveDoubts(name: string): Promise<Resolution[]> {
  const lab = readPlan(name);
  const nodes = lab.machines.filter(({ role }) => role === 'node');
  const made = await Promise.allSettled(nodes.map((node) => onNode(name, node, readyNode(lab, node))));
  const there = nodes.filter((_, index) => made[index]?.status === 'fulfilled');
  if (there.length === 0) await onNode(name, nodes[0] ?? noNode(name), 'true');
  const all: Resolution[] = [];
  // One after the other: an answer on one node often settles the other's doubt.
  for (const node of there) all.push(...(await onNode(name, node, askOnNode)));
  return all;
}

/**
 * Decides on one node what becomes of a process that is in doubt there.
 *
 * @throws Fault (64) when it is not clear which
 */
export async function decide(name: string, { node, verdict, pid }: Decision): Promise<Resolution[]> {
  const machine = readPlan(name).machines.find((each) => each.name === node && each.role === 'node');
  if (!machine) throw new Fault(ExitCode.usage, `lab "${name}" has no node "${node}"`);
  const known = await onNode(name, machine, listOnNode);
  const [one, ...more] = known.filter(
    (each) => each.status === 'in-doubt' && (pid === undefined || each.pid === pid),
  );
  if (!one)
    throw new Fault(ExitCode.usage, `nothing${pid ? ` of process ${pid}` : ''} is in doubt on ${node}`);
  if (more.length > 0)
    throw new Fault(
      ExitCode.usage,
      `several hand-overs are in doubt on ${node}`,
      `Name the process: ${[one, ...more].map((each) => each.pid).join(', ')}`,
    );
  return onNode(name, machine, decideOnNode(verdict, one.id));
}

/** @returns the resolutions that the script printed */
async function onNode(lab: string, node: MachinePlan, text: string): Promise<Resolution[]> {
  using session = await connect(lab, node.name);
  const { code, stdout, stderr } = await runScript(session, text);
  if (code !== 0)
    throw new Fault(ExitCode.checkFailed, `${node.name}: ${stderr.trim() || `a step failed with ${code}`}`);
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => ({ ...resolutionEvent.parse(JSON.parse(line)), node: node.name }));
}

function noNode(name: string): never {
  throw new Fault(ExitCode.usage, `lab "${name}" has no node`);
}
