#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-only
// The program `miglab`: lets Node load TypeScript, then runs the verb.
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

register();

/** @param {readonly string[]} argv @returns {Promise<number>} the exit code */
export async function main(argv) {
  const program = await import('./main.ts');
  return program.main(argv);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  process.exit(await main(process.argv.slice(2)));
