// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Ground } from '../run/ground.ts';
import { groundFacts } from '../run/plan-file.ts';
import type { Bundle } from './bundle.ts';
import { marker, type Submission } from './submission.ts';

/** plan.json of a bundle: from what seed its checks follow, and what they ran on. */
const planSchema = z.strictObject({
  version: z.literal(1),
  assignment: z.string(),
  seed: z.string().max(1000),
  checks: z.array(z.string()).min(1).max(32),
  ground: z.record(z.string(), z.string()),
});
export type BundlePlan = z.infer<typeof planSchema>;

const planFile = 'plan.json';

/** Evidence of a check, below the folder of its submission. */
export const evidenceFolder = (folder: string, check: string): string => join(folder, 'evidence', check);

/** What of a check's folder is evidence: what its mark is made of, and what shows how it came about. */
const kept = /^([a-z][a-z0-9-]*\.(pcap|events\.jsonl|console\.log)|(outcome|cell|question)\.json)$/;
/** Of wires that no mark is made of; large. */
const left = /^(private|control)\.pcap$/;
export const isEvidence = (name: string): boolean => kept.test(name) && !left.test(name);

/** All that decides what a boot on the virtual clock gives, but for the check and what was handed in. */
export function groundOf(ground: Ground): Record<string, string> {
  const { qemu, image, tools, lockstep = '' } = groundFacts(ground, 'virtual');
  return { qemu: qemu.sha256, image: image.sha256, kernel: image.kernel, tools, lockstep };
}

/** A submission, its plan and its evidence, as `writeBundle` takes them. @param folder where the evidence is */
export async function collectBundle(
  { files }: Submission,
  plan: Omit<BundlePlan, 'version'>,
  folder: string,
): Promise<Bundle> {
  const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
  const bundle = new Map<string, Buffer>([
    [marker, json({ version: 1, assignment: plan.assignment })],
    [planFile, json({ version: 1, ...plan })],
    ...files.map(({ name, content }): [string, Buffer] => [`files/${name}`, content]),
  ]);
  for (const check of plan.checks) {
    const from = evidenceFolder(folder, check);
    for (const name of (await readdir(from)).filter(isEvidence))
      bundle.set(`evidence/${check}/${name}`, await readFile(join(from, name)));
  }
  return bundle;
}

/** What a bundle says it was made from; undefined when it says nothing that can be read. Pure. */
export function planIn(bundle: Bundle): BundlePlan | undefined {
  try {
    return planSchema.parse(JSON.parse(bundle.get(planFile)?.toString() ?? ''));
  } catch {
    return undefined;
  }
}

/** Lays out the evidence of one check, under names that were looked at, to be measured. */
export async function layOut(bundle: Bundle, check: string, folder: string): Promise<void> {
  const begin = `evidence/${check}/`;
  await mkdir(folder, { recursive: true });
  for (const [path, content] of bundle) {
    const name = path.startsWith(begin) ? path.slice(begin.length) : '';
    if (isEvidence(name)) await writeFile(join(folder, name), content);
  }
}
