// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readFileSync } from 'node:fs';
import { $ } from 'zx';
import type { RunRecord } from '../analysis/run-record.ts';
import { isCheckout, packagePath, sourceStateFile } from '../package.ts';

const unknown: RunRecord['git'] = { commit: null, dirty: null };

/** Commit of the source that runs: the checkout's, or what a package noted when it was packed; null where nobody knows. */
export async function sourceState(): Promise<RunRecord['git']> {
  if (isCheckout()) return gitState();
  return existsSync(sourceStateFile) ? JSON.parse(readFileSync(sourceStateFile, 'utf8')) : unknown;
}

async function gitState(): Promise<RunRecord['git']> {
  const quietly = $({ cwd: packagePath(), nothrow: true, quiet: true });
  const { exitCode, stdout } = await quietly`git rev-parse HEAD --show-prefix`;
  const [commit = '', prefix = ''] = stdout.split('\n');
  // Below another repository's root: a copy without history inside somebody else's work.
  if (exitCode !== 0 || prefix !== '') return unknown;
  const changes = await quietly`git status --porcelain --untracked-files=no`;
  return { commit, dirty: changes.stdout.trim() !== '' };
}

/** What `git describe` says of the source that runs, or else its commit; null where nobody knows. */
export async function describeSource(): Promise<string | null> {
  const { commit, dirty } = await sourceState();
  if (!commit) return null;
  const short = `${commit.slice(0, 12)}${dirty ? '-dirty' : ''}`;
  if (!isCheckout()) return short;
  const quietly = $({ cwd: packagePath(), nothrow: true, quiet: true });
  const { exitCode, stdout } = await quietly`git describe --tags --always --abbrev=12 --dirty`;
  return exitCode === 0 ? stdout.trim() : short;
}
