// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ExitCode, Fault } from '../fault.ts';
import { imagesFolder } from './recipe.ts';

const packageSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  architecture: z.enum(['amd64', 'all']),
  /** Bytes of the .deb. */
  size: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Below the archive's address. */
  path: z.string().startsWith('pool/'),
});
const lockSchema = z.strictObject({
  format: z.literal(1),
  recipe: z.string(),
  suites: z.array(z.string()),
  root: z.array(packageSchema),
  build: z.array(packageSchema),
});

/** One package of an image, exactly. */
export type LockedPackage = z.infer<typeof packageSchema>;
export type Lock = z.infer<typeof lockSchema>;

export const lockFile = (name: string) => join(imagesFolder, 'locks', `${name}.lock.json`);

/** @throws Fault (64) when there is none or when it does not have the format. */
export async function readLock(name: string): Promise<Lock> {
  const remedy = `miglab image build ${name} --relock`;
  let text: string;
  try {
    text = await readFile(lockFile(name), 'utf8');
  } catch (cause) {
    throw new Fault(ExitCode.usage, `the image "${name}" has no lock (${lockFile(name)})`, remedy, { cause });
  }
  try {
    return lockSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new Fault(ExitCode.usage, `${lockFile(name)} is not a lock: ${why}`, remedy, { cause });
  }
}

/** One line a package, so that a new version is one line of a diff. */
export async function writeLock(lock: Lock): Promise<void> {
  const list = (packages: LockedPackage[]) =>
    packages.length === 0
      ? '[]'
      : `[\n${packages.map((each) => `    ${JSON.stringify(each)}`).join(',\n')}\n  ]`;
  const { root, build, ...head } = lock;
  const lines = Object.entries(head).map(([key, value]) => `  "${key}": ${JSON.stringify(value)},\n`);
  const text = `{\n${lines.join('')}  "root": ${list(root)},\n  "build": ${list(build)}\n}\n`;
  await writeFile(lockFile(lock.recipe), text);
}

/** Identifies a set of packages, whatever file lists them. */
export function packagesHash(packages: readonly LockedPackage[]): string {
  const hash = createHash('sha256');
  for (const each of packages) hash.update(`${each.name} ${each.version} ${each.sha256}\n`);
  return hash.digest('hex');
}

export const lockHash = (lock: Lock): string => packagesHash([...lock.root, ...lock.build]);
