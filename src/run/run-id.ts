// SPDX-License-Identifier: GPL-2.0-only
import { basename } from 'node:path';

/** Labs are named after their run, and a lab's name holds lower-case letters, digits, dots and dashes. */
const longest = 32;

/** A run's name: that of its experiment's file, as far as a name may have it, and the second in which it began (UTC). */
export function runId(experimentFile: string, begun: Date): string {
  const name = basename(experimentFile)
    .replace(/(\.exp)?\.ya?ml$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, longest)
    .replace(/-+$/, '');
  const time = begun
    .toISOString()
    .replace(/[-:]|\.\d+/g, '')
    .toLowerCase();
  return `${name || 'run'}-${time}`;
}
