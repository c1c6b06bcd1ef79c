// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { lockFile } from '../image/lock.ts';
import { packagePath } from '../package.ts';

/** The folder that everything in an archive lies in. */
export const rootName = 'miglab-results';
export const sumsName = 'SHA256SUMS';
export const aboutName = 'about.json';

/** A file of an archive, by its path below the root, and where its content comes from. */
export type Entry = { readonly path: string } & ({ readonly file: string } | { readonly text: string });

/**
 * The files of a run that are results. Not among them: boots that were interrupted, cells that were booted again, who
 * carries it out, half-written files, and links.
 *
 * @param captures whether captures are among them
 */
export async function runEntries(directory: string, id: string, captures: boolean): Promise<Entry[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  return found
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name))
    .filter((file) => isResult(relative(directory, file), captures))
    .map((file) => ({ path: `runs/${id}/${relative(directory, file)}`, file }));
}

function isResult(path: string, captures: boolean): boolean {
  const folders = path.split('/').slice(0, -1);
  const name = basename(path);
  if (folders[0] === 'replays' || folders.some((each) => each.endsWith('.partial'))) return false;
  if (/^owner\.\d+/.test(name) || /\.(new|part)$/.test(name)) return false;
  return captures || !name.endsWith('.pcap');
}

const documents = ['results-format', 'claims', 'runs', 'passing', 'virtual-clock', 'artifact'];

/** What is needed to read the results: formats, claims and experiments, licence, and the locks of the images. */
export async function companions(images: readonly string[]): Promise<Entry[]> {
  const own = (path: string): Entry => ({ path, file: packagePath(path) });
  const experiments = await readdir(packagePath('experiments'), { recursive: true });
  return [
    ...documents.map((name) => own(`docs/${name}.md`)),
    ...experiments.filter((name) => /\.(yml|json)$/.test(name)).map((name) => own(`experiments/${name}`)),
    ...['LICENSE', 'CITATION.cff'].filter((name) => existsSync(packagePath(name))).map(own),
    ...images.flatMap((name) => [
      own(`images/${name}.image.yml`),
      { path: `images/locks/${name}.lock.json`, file: lockFile(name) },
    ]),
  ];
}
