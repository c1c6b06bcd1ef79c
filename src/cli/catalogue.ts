// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ExitCode, Fault } from '../fault.ts';

/** A file or folder of the package. */
export const packagePath = (...below: string[]): string =>
  fileURLToPath(new URL(['../..', ...below].join('/'), import.meta.url));

/** A topology by name (a file of lab/topologies) or by path. */
export function topologyPath(nameOrPath: string): string {
  return findFile(nameOrPath, packagePath('lab', 'topologies', `${nameOrPath}.lab.yml`), 'topology');
}

/** An experiment by path, or by name below experiments/, such as tcpmig/figures. */
export function experimentPath(nameOrPath: string): string {
  return findFile(nameOrPath, packagePath('experiments', `${nameOrPath}.exp.yml`), 'experiment');
}

function findFile(asked: string, byName: string, kind: string): string {
  const found = [asked, byName].find((path) => /\.ya?ml$/.test(path) && existsSync(path));
  if (!found)
    throw new Fault(
      ExitCode.usage,
      `no ${kind} "${asked}"`,
      `Name a file, or one that stands in ${byName.replace(/[^/]*$/, '')}`,
    );
  return found;
}
