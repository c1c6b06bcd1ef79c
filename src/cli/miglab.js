#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-only
// The program `miglab`. A package holds it compiled; a checkout, which has a tsconfig.json, runs its TypeScript.
import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @param {readonly string[]} argv @returns {Promise<number>} the exit code */
export async function main(argv) {
  const program = await load();
  return program.main(argv);
}

async function load() {
  if (!existsSync(new URL('../../tsconfig.json', import.meta.url))) return import('../../dist/cli/main.js');
  const { register } = await import('tsx/esm/api');
  register();
  return import('./main.ts');
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  process.exit(await main(process.argv.slice(2)));
