// SPDX-License-Identifier: GPL-2.0-only
import { dirname, join, normalize } from 'node:path';
import { z } from 'zod';
import { type Part, partName } from './parts.ts';

/** The first member of an archive, and the largest that is read. */
export const manifestName = 'manifest.json';
export const manifestLimit = 16 << 20;

/** Of the programs that an archive holds, as uname(1) says it. */
export const architecture = 'x86_64';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const entrySchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('file'),
    path: z.string(),
    size: z.int().min(0),
    executable: z.boolean(),
    sha256,
  }),
  z.strictObject({ type: z.literal('link'), path: z.string(), target: z.string() }),
]);

/**
 * What an archive of an image says about itself. It is a tar (POSIX pax) of this list and then the entries, in its order; a path is
 * `KIND/HASH/...`, as in the cache.
 */
export const manifestSchema = z.strictObject({
  format: z.literal(1),
  /** Version of miglab that wrote it. */
  miglab: z.string(),
  architecture: z.string(),
  /** Name of the recipe. */
  image: z.string(),
  parts: z.array(z.strictObject({ kind: z.enum(['images', 'roots', 'tools']), hash: sha256 })).min(1),
  entries: z.array(entrySchema).min(1),
});
export type Manifest = z.infer<typeof manifestSchema>;
export type Entry = Manifest['entries'][number];

/** What is wrong with the list of entries, or undefined: each must stay inside its part, and be reached through real folders. Pure. */
export function faultyEntry({ parts, entries }: Manifest): string | undefined {
  const roots = parts.map(partName);
  const paths = new Set<string>();
  for (const { path } of entries) {
    if (paths.has(path)) return `${path} is listed twice`;
    paths.add(path);
  }
  for (const entry of entries) {
    const { path } = entry;
    const root = roots.find((each) => path.startsWith(`${each}/`));
    if (!root || normalize(path) !== path || path.endsWith('/') || /[\0\n]/.test(path))
      return `${JSON.stringify(path)} is no path below a part`;
    for (let folder = dirname(path); folder !== root; folder = dirname(folder))
      if (paths.has(folder)) return `${path} lies below ${folder}, which is no folder`;
    if (entry.type === 'link' && !staysBelow(root, path, entry.target))
      return `the link ${path} leads out of its part, to ${entry.target}`;
  }
  return parts
    .flatMap(required)
    .find((path) => !paths.has(path))
    ?.concat(' is not in it');
}

const staysBelow = (root: string, path: string, target: string) =>
  target !== '' && !target.startsWith('/') && normalize(join(dirname(path), target)).startsWith(`${root}/`);

/** Without these a part would count as built and not work. */
function required(part: Part): string[] {
  const files = {
    images: ['kernel', 'kernel-release', 'initramfs'],
    roots: ['usr/bin/qemu-system-x86_64', 'usr/lib64/ld-linux-x86-64.so.2'],
    tools: [],
  }[part.kind];
  return files.map((file) => `${partName(part)}/${file}`);
}
