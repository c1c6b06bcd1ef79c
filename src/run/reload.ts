// SPDX-License-Identifier: GPL-2.0-only
import { ExitCode, Fault } from '../fault.ts';
import { copyIn } from '../guest/copy.ts';
import { runScript } from '../guest/script.ts';
import { ensureGuest } from '../image/guest.ts';
import type { Report } from '../image/report.ts';
import { type BreakName, ensureTools } from '../image/tools.ts';
import { type LabPlan, type MachinePlan, otherImages } from '../plan/lab.ts';
import { newModule, reloadScript } from '../plan/reload.ts';
import { readPlan } from '../vm/lab-plan.ts';
import { connect } from './connect.ts';

export interface Reloaded {
  node: string;
  /** False when the node had no module loaded: the new one waits there. */
  loaded: boolean;
}

/**
 * Builds the module from lab/module as it is now, and replaces that of every node of a lab that is up.
 *
 * @throws Fault (70) when it does not compile, (64) when there is no such lab, (1) when a node does not take it; that
 * node has the old one then
 */
export async function reloadModule(
  name: string,
  report: Report,
  broken?: BreakName,
): Promise<{ sha256: string; nodes: Reloaded[] }> {
  const lab = readPlan(name);
  const built = async (image: string) =>
    ensureTools(await ensureGuest(image, report), broken ? { break: broken } : {}, report);
  const { module, moduleHash } = await built(lab.image);
  const others = new Map<string, string>();
  for (const image of otherImages(lab)) others.set(image, (await built(image)).module);
  const moduleOf = ({ image }: MachinePlan) => (image && others.get(image)) ?? module;
  report({ stage: 'loading the module' });
  const nodes = lab.machines.filter(({ role }) => role === 'node');
  return {
    sha256: moduleHash,
    nodes: await Promise.all(nodes.map((node) => reloadOn(name, lab, node, moduleOf(node)))),
  };
}

async function reloadOn(name: string, lab: LabPlan, node: MachinePlan, module: string): Promise<Reloaded> {
  using session = await connect(name, node.name);
  const sftp = await session.sftp();
  await copyIn(sftp, module, newModule).finally(() => sftp.end());
  const { code, stdout, stderr } = await runScript(session, reloadScript(lab, node));
  if (code !== 0) throw new Fault(ExitCode.checkFailed, `${node.name}: ${stderr.trim()}`);
  return { node: node.name, loaded: stdout.includes('loaded') };
}
