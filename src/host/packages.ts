// SPDX-License-Identifier: GPL-2.0-only
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { $ } from 'zx';

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

export interface SystemName {
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
  packages: string[];
  /** Bytes that apt would download; with the dependencies. */
  bytes: number;
  command: string[];
}

/** What apt would have to do for these packages. Reads apt's lists, changes nothing. */
export async function planInstall(packages: readonly string[]): Promise<InstallPlan> {
  const options = ['--no-install-recommends', '-y'];
  const simulated = await $({ nothrow: true })`apt-get install ${options} --print-uris ${packages}`.quiet();
  const lines = simulated.stdout.split('\n').filter((line) => line.startsWith("'"));
  const fields = lines.map((line) => line.split(' '));
  return {
    packages: lines.length > 0 ? fields.map(([, file = '']) => file.split('_')[0] ?? '') : [...packages],
    bytes: fields.reduce((sum, [, , size]) => sum + Number(size ?? 0), 0),
    command: ['apt-get', 'install', ...options, ...packages],
  };
}

export const isRoot = () => process.getuid?.() === 0;
