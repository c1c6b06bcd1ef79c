// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { ExitCode, Fault } from '../fault.ts';
import { printable } from '../image/sealed.ts';
import { type Assignment, assignmentNames } from '../spec/assignment.ts';
import { type Bundle, readBundle } from './bundle.ts';
import { listed, marker, readSubmission, type Submission } from './submission.ts';

/** What somebody handed in: a folder, or an archive. */
export interface Intake {
  name: string;
  path: string;
  /** Undefined of a folder. */
  bundle?: Bundle;
  /** Name of the assignment that it says it is for. */
  assignment?: string;
  /** Why it cannot even be opened. */
  refusal: string;
}

const markerSchema = z.looseObject({ version: z.literal(1), assignment: z.string() });

/** Opens what is handed in. What is wrong with one is no fault of the others'. @throws Fault (64) for a path that is not there */
export async function takeIn(path: string): Promise<Intake> {
  if (!existsSync(path)) throw new Fault(ExitCode.usage, `no submission ${path}`);
  const name = asName(basename(path).replace(/\.(tar\.gz|tgz)$/, ''));
  const intake = { name, path, refusal: '' };
  if (statSync(path).isDirectory())
    return { ...intake, ...named(await readFile(join(path, marker), 'utf8').catch(() => '')) };
  try {
    const bundle = await readBundle(path);
    return { ...intake, bundle, ...named(inside(bundle, marker)?.toString() ?? '') };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ...intake, refusal: printable(error.message) };
  }
}

/** A name for a folder and a table: students choose it. Pure. */
export const asName = (text: string): string =>
  text.replace(/[^\p{L}\p{N}@+=_.-]/gu, '_').replace(/^[.-]+/, '') || 'submission';

/** Only an assignment of the lab's own: a stranger names no folder of this host. */
function named(text: string): { assignment?: string } {
  try {
    const { assignment } = markerSchema.parse(JSON.parse(text));
    return assignmentNames().includes(assignment) ? { assignment } : {};
  } catch {
    return {};
  }
}

/** The files that the assignment asks for. */
export async function submissionOf(intake: Intake, assignment: Assignment): Promise<Submission> {
  const { name, path, bundle, refusal } = intake;
  const refused = (why: string): Submission => ({ name, files: [], ignored: [], refusal: why });
  if (refusal) return refused(refusal);
  if (intake.assignment && intake.assignment !== assignment.name)
    return refused(`it is for the assignment ${intake.assignment}`);
  if (!bundle) return readSubmission(path, name, assignment);
  const files: Submission['files'] = [];
  for (const asked of assignment.files) {
    const content = inside(bundle, asked.name);
    if (!content) return refused(`${asked.name}: is missing, or there are several`);
    if (content.length > asked.max_bytes)
      return refused(
        `${asked.name}: has ${content.length} bytes, more than the ${asked.max_bytes} that are taken`,
      );
    files.push({ name: asked.name, content });
  }
  const taken = new Set([marker, ...assignment.files.map((each) => each.name)]);
  const others = [...bundle.keys()].filter((each) => !taken.has(basename(each)) && !isOurs(each));
  return { name, files, ignored: listed(others), refusal: '' };
}

/** What `pack` adds. */
const isOurs = (path: string) => /^(evidence\/.*|plan\.json|SHA256SUMS)$/.test(path);

/** In the archive itself, or in one folder of it; not where there are several. */
function inside(bundle: Bundle, name: string): Buffer | undefined {
  const found = [...bundle].filter(
    ([path]) => path === name || (/^[^/]+\/[^/]+$/.test(path) && basename(path) === name),
  );
  return found.length === 1 ? found[0]?.[1] : undefined;
}
