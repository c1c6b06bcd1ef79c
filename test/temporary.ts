// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

/** Gives the tests one folder for all that is temporary, and removes it at the end unless a test failed. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'miglab-tests-'));
  shareCompiled(folder);
  process.env.TMPDIR = folder;
  return () => {
    const failed = project.vitest.state.getCountOfFailedTests();
    if (failed === 0) rmSync(folder, { recursive: true });
    else process.stdout.write(`What the tests wrote is kept in ${folder}\n`);
  };
}

/** What tsx has compiled once need not be compiled again for another folder. */
export function shareCompiled(folder: string): void {
  const name = `tsx-${process.getuid?.()}`;
  mkdirSync(join(tmpdir(), name), { recursive: true });
  symlinkSync(join(tmpdir(), name), join(folder, name));
}
