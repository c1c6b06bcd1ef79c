// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { ExitCode, Fault } from '../fault.ts';
import { hostPackages, room } from '../image/host.ts';
import { lockHash, readLock } from '../image/lock.ts';
import { packagePath } from '../package.ts';
import type { ArtifactFacts } from '../report/appendix/appendix.ts';
import { describeSource } from '../run/source-state.ts';

const packageSchema = z.looseObject({
  ...{ name: z.string(), version: z.string(), description: z.string(), license: z.string() },
  engines: z.looseObject({ node: z.string() }),
});

const person = z
  .looseObject({
    name: z.string().optional(),
    'given-names': z.string().optional(),
    'family-names': z.string().optional(),
  })
  .transform((who) => who.name ?? [who['given-names'], who['family-names']].filter(Boolean).join(' '));
const citationSchema = z.looseObject({
  title: z.string(),
  authors: z.array(person).min(1),
  doi: z.string().optional(),
  ...{ url: z.string().optional(), 'repository-code': z.string().optional() },
});

/**
 * What package.json, CITATION.cff, git and the locks of these images say.
 *
 * @throws Fault (64) for a file that is not as its format demands
 */
export async function artifactFacts(images: readonly string[]): Promise<ArtifactFacts> {
  const { name, version, description, license, engines } = await read('package.json', packageSchema);
  const citation = await read('CITATION.cff', citationSchema);
  return {
    ...{ name, version, description, title: citation.title, authors: citation.authors, licence: license },
    ...{ doi: citation.doi ?? null, url: citation['repository-code'] ?? citation.url ?? null },
    ...{ source: await describeSource(), node: engines.node, systems: 'Debian 12 or 13' },
    packages: [...new Set(hostPackages.map((each) => each.package))].sort(),
    ...room,
    images: await Promise.all(['qemu', ...images].map(imageFacts)),
  };
}

async function imageFacts(name: string): Promise<ArtifactFacts['images'][number]> {
  const lock = await readLock(name);
  const packages = [...lock.root, ...lock.build];
  const bytes = packages.reduce((sum, { size }) => sum + size, 0);
  return { name, suites: lock.suites, packages: packages.length, bytes, lock: lockHash(lock) };
}

/** JSON is YAML too. */
async function read<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(parse(await readFile(packagePath(file), 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Fault(ExitCode.usage, `${packagePath(file)}: ${z.prettifyError(parsed.error)}`);
}
