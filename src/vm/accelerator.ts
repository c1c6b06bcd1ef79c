// SPDX-License-Identifier: GPL-2.0-only
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ExitCode, Fault } from '../fault.ts';
import { run } from '../image/command.ts';
import { withScratch } from '../image/scratch.ts';
import type { Processors } from '../plan/qemu.ts';
import { readConsole } from './console.ts';
import { cacheFolder, stateFolder } from './folders.ts';
import { bootId } from './identity.ts';
import { endProcess, isAlive, startDetached } from './lifetime.ts';
import { waitFor } from './wait.ts';

const answer = z.object({
  key: z.string(),
  accelerator: z.enum(['kvm', 'tcg']),
  reason: z.string(),
  counterKhz: z.number().int().positive().optional(),
});
export interface AcceleratorAnswer extends Processors {
  /** Why this accelerator, in words for people. */
  reason: string;
}

/**
 * Finds out whether KVM works by booting a kernel under it: a /dev/kvm that opens may still hang every guest
 * before its first line. The answer is kept as long as the host does not boot again and QEMU stays the same.
 *
 * @param qemu QEMU's command and its version
 * @param kernel any kernel image; it runs without a root, so a working KVM brings it to its first lines
 * @param counterRate the program that measures the host's time-stamp counter
 */
export async function probeAccelerator(
  qemu: { argv: readonly string[]; version: string },
  kernel: string,
  counterRate: string,
  signal?: AbortSignal,
  timeoutMs = 8000,
): Promise<AcceleratorAnswer> {
  const file = join(cacheFolder(), 'accelerator.json');
  const key = `2 ${bootId()} ${qemu.version}`;
  const known = readAnswer(file);
  if (known?.key === key) return known;
  const how = await probe(qemu.argv, kernel, timeoutMs, signal);
  const found = how.accelerator === 'kvm' ? how : { ...how, counterKhz: await measureCounter(counterRate) };
  keepAnswer(file, { key, ...found });
  return found;
}

/** @throws Fault (70) with what the program said */
async function measureCounter(program: string): Promise<number> {
  const { code, stdout, stderr } = await run([program]);
  const khz = Number(stdout);
  if (code === 0 && khz > 0) return khz;
  throw new Fault(
    ExitCode.bug,
    `${program} ended with ${code} and printed "${stdout}${stderr}", no rate in kHz`,
  );
}

function keepAnswer(file: string, found: z.infer<typeof answer>): void {
  try {
    writeFileSync(file, JSON.stringify(found));
  } catch {
    // A cache that cannot be written, or is full: the next lab asks again.
  }
}

function readAnswer(file: string): z.infer<typeof answer> | undefined {
  try {
    return answer.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined; // Not there, or of an older form: probe again.
  }
}

async function probe(
  argv: readonly string[],
  kernel: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<AcceleratorAnswer> {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return {
      accelerator: 'tcg',
      reason: missing ? 'there is no /dev/kvm' : '/dev/kvm may not be opened by this user',
    };
  }
  return withScratch(
    (folder) => bootUnderKvm(argv, kernel, folder, timeoutMs, signal),
    stateFolder('scratch'), // The cache may be read-only.
  );
}

async function bootUnderKvm(
  argv: readonly string[],
  kernel: string,
  folder: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<AcceleratorAnswer> {
  const { identity } = await startDetached(
    [
      ...argv,
      ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-machine', 'q35'],
      ...['-accel', 'kvm', '-cpu', 'host', '-m', '256', '-kernel', kernel],
      ...['-append', 'console=ttyS0 panic=-1', '-serial', 'file:console'],
    ],
    folder,
    'qemu.log',
  );
  const wait = { what: 'first line of a guest under KVM', timeoutMs, path: folder };
  try {
    return await waitFor(signal ? { ...wait, signal } : wait, async () => {
      if ((await readConsole(join(folder, 'console'))).includes('Linux version'))
        return { accelerator: 'kvm' as const, reason: 'a guest boots under KVM' };
      if (isAlive(identity)) return undefined;
      const said = (await readConsole(join(folder, 'qemu.log'))).trim().split('\n').at(-1);
      return { accelerator: 'tcg' as const, reason: `KVM does not start a guest (${said})` };
    });
  } catch {
    signal?.throwIfAborted();
    const seconds = timeoutMs / 1000;
    return {
      accelerator: 'tcg',
      reason: `/dev/kvm opens, but a guest printed nothing in ${seconds} s under it`,
    };
  } finally {
    await endProcess(identity, 500);
  }
}
