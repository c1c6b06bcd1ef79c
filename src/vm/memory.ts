// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { ExitCode, Fault } from '../fault.ts';
import type { LabPlan } from '../plan/lab.ts';

/** What QEMU uses beside the guest's memory, in MiB: code, devices, translated code (measured: 55 after a boot, 110 in a run). */
const qemuMib = 110;

/** @throws Fault (69) when the lab's machines need more memory than this host, or this container, has available */
export function requireMemory(plan: LabPlan): void {
  const needed = plan.machines.reduce((sum, { memoryMb }) => sum + memoryMb + qemuMib, 0);
  const available = availableMib();
  if (needed <= available) return;
  const each = plan.machines.map(({ name, memoryMb }) => `${name} ${memoryMb}`).join(', ');
  throw new Fault(
    ExitCode.hostLacks,
    `not enough memory: the machines need ${needed} MiB (${each}, and ${qemuMib} each for QEMU), ${available} MiB are available`,
    'End what uses memory (miglab status lists labs that are up), or give the machines less: memory_mb of the topology.',
  );
}

/** Memory in MiB that can be had without swapping: of the host, or what its control group leaves of it (cgroups(7)). */
function availableMib(): number {
  const host = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024;
  return Math.floor(Math.min(host, groupAvailable()) / 2 ** 20);
}

function groupAvailable(): number {
  const group = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  const read = (file: string) => readFileSync(`/sys/fs/cgroup${group}/${file}`, 'utf8');
  try {
    return roomOfGroup(read('memory.max'), read('memory.current'), read('memory.stat'));
  } catch {
    return Infinity; // No group of version 2 here, or the topmost one, which has no limit.
  }
}

/**
 * Bytes that a control group may still take, from its files of these names; file pages count as free, because the
 * kernel takes them back (cgroup-v2.rst, Memory Interface Files). Pure.
 */
export function roomOfGroup(max: string, current: string, stat: string): number {
  if (max.trim() === 'max') return Infinity;
  const files = [...stat.matchAll(/^(?:in)?active_file (\d+)$/gm)];
  return Number(max) - Number(current) + files.reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}
