// SPDX-License-Identifier: GPL-2.0-only
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { $ } from 'zx';
import { ExitCode, Fault } from '../fault.ts';

/** A program that miglab runs on the host, the Debian package that has it, and what for. */
export interface HostPackage {
  program: string;
  package: string;
  why: string;
}

export function findProgram(name: string): string | undefined {
  if (name.startsWith('/')) return existsSync(name) ? name : undefined;
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const missingPrograms = (wanted: readonly HostPackage[]): HostPackage[] =>
  wanted.filter(({ program }) => !findProgram(program));

/** @throws Fault (69) that names each program that is missing, what it is for, and the command that installs it */
export function requirePrograms(wanted: readonly HostPackage[]): void {
  const missing = missingPrograms(wanted);
  if (missing.length === 0) return;
  const what = missing.map(({ program, why }) => `${program} (${why})`).join(', ');
  throw new Fault(
    ExitCode.hostLacks,
    `missing on this host: ${what}`,
    `${isRoot() ? '' : 'As root: '}${installCommand(missing)}`,
  );
}

/** The one command that installs these. */
export const installCommand = (missing: readonly HostPackage[]): string =>
  `apt-get install --no-install-recommends ${[...new Set(missing.map((each) => each.package))].join(' ')}`;

interface SystemName {
  id: string;
  version: string;
  pretty: string;
  /** Debian 12 or 13: what miglab is made for. */
  supported: boolean;
}

/** The host's system, from os-release(5). */
export function hostSystem(text = readFileSync('/etc/os-release', 'utf8')): SystemName {
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  const id = field('ID');
  const version = field('VERSION_ID');
  return {
    id,
    version,
    pretty: field('PRETTY_NAME'),
    supported: id === 'debian' && (version === '12' || version === '13'),
  };
}

export interface InstallPlan {
  /** With the dependencies. */
  packages: string[];
  /** What apt would download; less than the packages' size where some were fetched before. */
  bytes: number;
  command: string[];
}

/** What apt would have to do. Changes nothing. @returns undefined when apt's lists do not know the packages. */
export async function planInstall(packages: readonly string[]): Promise<InstallPlan | undefined> {
  const options = ['--no-install-recommends', '-y'];
  const quietly = $({ nothrow: true, quiet: true, env: { ...process.env, LC_ALL: 'C' } });
  const simulated = await quietly`apt-get install ${options} --simulate ${packages}`;
  if (simulated.exitCode !== 0) return undefined;
  const { stdout } = await quietly`apt-get install ${options} --print-uris ${packages}`;
  return {
    packages: [...simulated.stdout.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name),
    // A line is: 'URI' file size hash
    bytes: [...stdout.matchAll(/^'\S+' \S+ (\d+) /gm)].reduce((sum, [, size]) => sum + Number(size), 0),
    command: ['apt-get', 'install', ...options, ...packages],
  };
}

export const isRoot = () => process.getuid?.() === 0;
