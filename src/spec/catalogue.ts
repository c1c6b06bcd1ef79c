// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync } from 'node:fs';
import { relative } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { packagePath } from '../package.ts';

/** A topology by name (a file of lab/topologies) or by path. @throws Fault (64) when there is none. */
export function topologyPath(nameOrPath: string): string {
  return findFile(nameOrPath, packagePath('lab', 'topologies', `${nameOrPath}.lab.yml`), 'topology');
}

const namesIn = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .flatMap((file) => (file.endsWith(ending) ? [file.slice(0, -ending.length)] : []))
    .sort();

/** The package's topologies, and experiments, as they are named on the command line. */
export const topologyNames = (): string[] => namesIn(packagePath('lab', 'topologies'), '.lab.yml');
export const experimentNames = (): string[] => namesIn(packagePath('experiments'), '.exp.yml');

/** Where the claims lie that an experiment names: a path from the working directory, or else within the package. */
export const claimsPath = (claims: string): string => (existsSync(claims) ? claims : packagePath(claims));

/**
 * An experiment by path, as run.json names it, or by name below experiments/, such as tcpmig/figures.
 *
 * @throws Fault (64) when there is none
 */
export function experimentPath(nameOrPath: string): string {
  return findFile(nameOrPath, packagePath('experiments', `${nameOrPath}.exp.yml`), 'experiment');
}

/** Where the reference results of an experiment lie, whether or not there are any. */
export const referencePath = (experiment: string): string =>
  experiment.replace(/(\.exp)?\.ya?ml$/, '.reference.json');

/** How run.json names a file: below the package if it is the package's own, else from the working directory. */
export function recordedPath(file: string): string {
  const inPackage = relative(packagePath(), file);
  return inPackage.startsWith('..') ? relative('', file) : inPackage;
}

function findFile(asked: string, byName: string, kind: string): string {
  const found = [asked, byName, packagePath(asked)].find((path) => /\.ya?ml$/.test(path) && existsSync(path));
  if (!found)
    throw new Fault(
      ExitCode.usage,
      `no ${kind} "${asked}"`,
      `Name a file, or one that stands in ${byName.replace(/[^/]*$/, '')}`,
    );
  return found;
}
