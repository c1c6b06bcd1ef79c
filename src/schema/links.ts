// SPDX-License-Identifier: GPL-2.0-only
// What one file says of another: names and paths that must lead somewhere.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { imagesFolder, recipeNames } from '../image/recipe.ts';
import { claimsPath, experimentNames, topologyNames } from '../spec/catalogue.ts';
import type { Complaint } from '../spec/complaint.ts';
import { valueAt } from '../spec/keys.ts';
import { nearest } from '../spec/nearest.ts';
import { type Path, sourceText } from '../spec/source-text.ts';
import type { Kind } from './kinds.ts';

interface Link {
  path: Path;
  to: 'topology' | 'image' | 'claims' | 'experiment' | 'config';
  value: string;
}

/** The links that a file has, whatever else may be wrong with it. Pure. */
export function linksOf(kind: Kind, document: unknown): Link[] {
  const link = (to: Link['to'], ...path: Path): Link[] => {
    const value = valueAt(document, path);
    return typeof value === 'string' && value !== '' ? [{ to, path, value }] : [];
  };
  const below = (key: string) => Object.keys(valueAt(document, [key]) ?? {});
  if (kind === 'experiment')
    return [...link('topology', 'topology'), ...link('claims', 'claims'), ...link('image', 'image')];
  if (kind === 'topology')
    return [
      ...link('image', 'image'),
      ...below('machines').flatMap((machine) => link('image', 'machines', machine, 'image')),
    ];
  if (kind === 'claims')
    return [
      ...link('experiment', 'experiment'),
      ...below('claims').flatMap((index) => link('experiment', 'claims', Number(index), 'experiment')),
    ];
  return link('config', 'kernel', 'config');
}

/** Links of a file that lead nowhere. */
export async function brokenLinks(file: string, links: readonly Link[]): Promise<Complaint[]> {
  const known = { topology: topologyNames(), experiment: experimentNames(), image: await guestNames() };
  return links.flatMap(({ to, path, value }) => {
    if (to === 'claims') return claimsComplaint(file, path, value);
    if (to === 'config')
      return existsSync(join(dirname(file), value))
        ? []
        : [{ path, message: `no file ${value} beside the recipe; expected one of its name` }];
    if (known[to].includes(value) || (to === 'experiment' && existsSync(value))) return [];
    const message = `no ${to} "${value}"; expected one of ${known[to].join(', ')}`;
    return [{ path, message, meant: nearest(value, known[to]) }];
  });
}

function claimsComplaint(file: string, path: Path, value: string): Complaint[] {
  if (existsSync(claimsPath(value))) return [];
  const beside = join(dirname(file), basename(value));
  const expected = 'expected a path from the working directory, or within the package';
  return [
    {
      path,
      message: `no file ${value}; ${expected}, such as experiments/tcpmig/claims.yml`,
      meant: existsSync(beside) ? relative('', beside) : undefined,
    },
  ];
}

/** Recipes of what machines boot, also of those that are faulty. */
async function guestNames(): Promise<string[]> {
  const guests: string[] = [];
  for (const name of await recipeNames()) {
    const file = join(imagesFolder, `${name}.image.yml`);
    const { plain } = sourceText(file, await readFile(file, 'utf8'));
    if (valueAt(plain, ['kind']) !== 'tools') guests.push(name);
  }
  return guests;
}
