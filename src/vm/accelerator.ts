// SPDX-License-Identifier: GPL-2.0-only
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Accelerator } from '../plan/qemu.ts';
import { readConsole } from './console.ts';
import { cacheFolder } from './folders.ts';
import { endProcess, isAlive, startDetached } from './lifetime.ts';
import { waitFor } from './wait.ts';

const answer = z.object({ key: z.string(), accelerator: z.enum(['kvm', 'tcg']), reason: z.string() });
export interface AcceleratorAnswer {
  accelerator: Accelerator;
  /** Why, in words for people. */
  reason: string;
}

/**
 * Finds out whether KVM works by booting a kernel under it: a /dev/kvm that opens may still hang every guest
 * before its first line. The answer is kept as long as the host does not boot again and QEMU stays the same.
 *
 * @param qemu QEMU's command and its version
 * @param kernel any kernel image; it runs without a root, so a working KVM brings it to its first lines
 */
export async function probeAccelerator(
  qemu: { argv: readonly string[]; version: string },
  kernel: string,
  timeoutMs = 8000,
): Promise<AcceleratorAnswer> {
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const file = join(cacheFolder(), 'accelerator.json');
  const key = `${bootId} ${qemu.version}`;
  const known = readAnswer(file);
  if (known?.key === key) return known;
  const found = await probe(qemu.argv, kernel, timeoutMs);
  writeFileSync(file, JSON.stringify({ key, ...found }));
  return found;
}

function readAnswer(file: string): z.infer<typeof answer> | undefined {
  try {
    return answer.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined; // Not there, or of an older form: probe again.
  }
}

async function probe(argv: readonly string[], kernel: string, timeoutMs: number): Promise<AcceleratorAnswer> {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return {
      accelerator: 'tcg',
      reason: missing ? 'there is no /dev/kvm' : '/dev/kvm may not be opened by this user',
    };
  }
  const directory = mkdtempSync(join(tmpdir(), 'miglab-probe-'));
  const { identity } = await startDetached(
    [
      ...argv,
      ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-machine', 'q35'],
      ...['-accel', 'kvm', '-cpu', 'host', '-m', '256', '-kernel', kernel],
      ...['-append', 'console=ttyS0 panic=-1', '-serial', 'file:console'],
    ],
    directory,
    'qemu.log',
  );
  try {
    return await waitFor(
      { what: 'first line of a guest under KVM', timeoutMs, path: directory },
      async () => {
        if ((await readConsole(join(directory, 'console'))).includes('Linux version'))
          return { accelerator: 'kvm' as const, reason: 'a guest boots under KVM' };
        if (isAlive(identity)) return undefined;
        const said = (await readConsole(join(directory, 'qemu.log'))).trim().split('\n').at(-1);
        return { accelerator: 'tcg' as const, reason: `KVM does not start a guest (${said})` };
      },
    );
  } catch {
    const seconds = timeoutMs / 1000;
    return {
      accelerator: 'tcg',
      reason: `/dev/kvm opens, but a guest printed nothing in ${seconds} s under it`,
    };
  } finally {
    await endProcess(identity, 500);
    rmSync(directory, { recursive: true });
  }
}
