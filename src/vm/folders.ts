// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';

/** miglab's folder below $XDG_STATE_HOME (default ~/.local/state): labs that are up, or were not taken down. */
export const stateFolder = (...below: string[]) => made('XDG_STATE_HOME', '.local/state', below);

/** miglab's folder below $XDG_CACHE_HOME (default ~/.cache): what can be made again. */
export const cacheFolder = (...below: string[]) => made('XDG_CACHE_HOME', '.cache', below);

function made(variable: string, fallback: string, below: string[]): string {
  const path = join(process.env[variable] || join(home(variable), fallback), 'miglab', ...below);
  if (!isAbsolute(path))
    throw new Fault(ExitCode.usage, `${variable} is "${process.env[variable]}", which is no absolute path`);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new Fault(
      ExitCode.hostLacks,
      `${path} cannot be made: ${(cause as Error).message}`,
      `Make it writable, or set ${variable} to a folder that is.`,
      { cause },
    );
  }
  return path;
}

function home(variable: string): string {
  let folder = '';
  try {
    folder = homedir(); // Without HOME it is what the password database says (getpwuid(3)).
  } catch {
    // This user stands in none.
  }
  if (isAbsolute(folder)) return folder;
  throw new Fault(
    ExitCode.hostLacks,
    'this user has no home folder',
    `Set HOME, or ${variable}, to a folder that can be written.`,
  );
}
