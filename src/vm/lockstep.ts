// SPDX-License-Identifier: GPL-2.0-only
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** QEMU's command with the plugin before the C library: an argument of the loader that starts it. */
export const preloading = ([loader = '', ...rest]: readonly string[], plugin: string): string[] => [
  ...[loader, '--preload', plugin],
  ...rest,
];

/**
 * Asks the lockstep plugin whether it knows this QEMU's inside: version, exported names, layouts (lab/lockstep/fit.c).
 *
 * @returns why not; undefined when it does
 */
export async function whyUnfit(qemu: readonly string[], plugin: string): Promise<string | undefined> {
  const [program = '', ...argv] = preloading(qemu, plugin);
  const probe = ['-machine', 'none', '-nodefaults', '-display', 'none', '-plugin', `${plugin},probe=on`];
  try {
    await promisify(execFile)(program, [...argv, '-accel', 'tcg', ...probe], { timeout: 20_000 });
    return undefined;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    return /does not fit: (.*)/.exec(stderr)?.[1] ?? (stderr.trim().split('\n').at(-1) || message);
  }
}
