// SPDX-License-Identifier: GPL-2.0-only
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Measurement } from '../analysis/measurement.ts';
import { readSpec } from '../analysis/run.ts';
import { writeSlice } from '../analysis/slice.ts';
import { Fault } from '../fault.ts';

/** A boot that went wrong: a row is invalid, or a machine did not carry out its scenario. */
export interface Failure {
  cell: string;
  attempt: number;
  reasons: string[];
  folder: string;
  /** The command that boots the cell again. */
  replay: string;
}

/** @returns undefined for a boot in which nothing went wrong. Pure. */
export function failureOf(
  run: string,
  folder: string,
  boot: { cell: string; attempt: number; problem: string },
  rows: readonly Measurement[],
): Failure | undefined {
  const wrong = rows
    .filter(({ status }) => status === 'invalid')
    .map(({ rep, from, to, reason }) => `migration ${rep}${from ? `, ${from} to ${to}` : ''}: ${reason}`);
  const reasons = [...wrong, ...(boot.problem ? [boot.problem] : [])];
  if (reasons.length === 0) return undefined;
  return {
    cell: boot.cell,
    attempt: boot.attempt,
    reasons,
    folder,
    replay: `miglab replay ${run} ${boot.cell}`,
  };
}

/** Writes slice.pcap and failure.md into the boot's folder: what went wrong, what is kept, how to look and to repeat. */
export async function keepFailure(failure: Failure, rows: readonly Measurement[]): Promise<void> {
  const { folder } = failure;
  const slice = await sliceLine(folder, rows);
  const kept = (await readdir(folder)).filter((name) => kinds.some(([pattern]) => pattern.test(name)));
  const lines = [
    `# Cell ${failure.cell}, attempt ${failure.attempt}: failed`,
    '',
    ...failure.reasons.map((reason) => `- ${reason.replaceAll('\n', '\n  ')}`),
    '',
    '## What is here',
    '',
    `- ${slice}`,
    ...kept.map((name) => `- \`${name}\`: ${kinds.find(([pattern]) => pattern.test(name))?.[1]}`),
    '',
    '## Again',
    '',
    `    ${failure.replay}`,
    '',
    'boots this cell with the same seed and plan and keeps everything: whole frames, the machines’ initramfs, the command',
    'lines of QEMU. `--verbose-console` adds every message of the kernels. The run’s measurements stay as they are.',
    '',
  ];
  await writeFile(join(folder, 'failure.md'), lines.join('\n'));
}

const kinds: readonly [RegExp, string][] = [
  [/^(?!slice).*\.pcap$/, 'what a card of this wire saw, headers only'],
  [/\.console\.log$/, 'console: the kernel and the scenario'],
  [/\.events\.jsonl$/, 'what the machine’s programs told'],
  [/\.scenario\.sh$/, 'what the machine was to do'],
  [/\.qemu\.log$/, 'output of its QEMU'],
];

async function sliceLine(folder: string, rows: readonly Measurement[]): Promise<string> {
  const cell = await readSpec(folder);
  const target = join(folder, 'slice.pcap');
  try {
    const packets = await writeSlice(join(folder, cell.capture.file), target, cell, rows);
    return `\`slice.pcap\`: ${packets} packets of the connection, from 1 s before each failed move’s freeze to 2 s after it (the capture’s last 3 s where no freeze is known), and every SYN and RST. Open it with \`wireshark ${target}\``;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isMissing && !(error instanceof Fault)) throw error;
    return `no slice of the capture: ${isMissing ? 'there is no capture' : (error as Error).message}`;
  }
}
