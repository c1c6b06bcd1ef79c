// SPDX-License-Identifier: GPL-2.0-only
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const quiet = { ...process.env, npm_config_loglevel: 'error', npm_config_update_notifier: 'false' };

/** What `npm pack` made: the file, and the paths in it. */
export interface Packed {
  file: string;
  paths: string[];
}

/** Packs once for all files of tests that run together: they share a folder for what is temporary (test/temporary.ts). */
export async function pack(): Promise<Packed> {
  const kept = join(tmpdir(), 'packed.json');
  if (!existsSync(kept)) writeFileSync(kept, JSON.stringify(await packInto(tmpdir())));
  return JSON.parse(readFileSync(kept, 'utf8'));
}

async function packInto(folder: string): Promise<Packed> {
  const argv = ['pack', '--json', '--pack-destination', folder];
  const { stdout } = await execute('npm', argv, { env: quiet, maxBuffer: 1 << 24 });
  // What prepack prints may come first.
  const [packed] = JSON.parse(stdout.slice(stdout.search(/^\[/m)));
  return {
    file: join(folder, packed.filename),
    paths: packed.files.map(({ path }: { path: string }) => path),
  };
}

/** Unpacks the package into a folder of its own, which has no dependencies. @returns the folder */
export async function unpack(packed: Packed, into: string): Promise<string> {
  await execute('tar', ['-xzf', packed.file, '-C', into]);
  return join(into, 'package');
}

/** Installs it into an empty folder as a user does; what npm has fetched for the checkout it need not fetch again. */
export async function install(packed: Packed, folder: string): Promise<void> {
  const argv = ['install', '--prefer-offline', '--no-audit', '--no-fund', packed.file];
  await execute('npm', argv, { cwd: folder, env: quiet });
}
