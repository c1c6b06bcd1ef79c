// SPDX-License-Identifier: GPL-2.0-only
import { constants } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { lockstepFile } from '../plan/virtual-clock.ts';
import { commandLines, type LabBoot, labDescription } from '../vm/lab.ts';

/** Keeps what the machines of a boot are started from: their initramfs, and the command lines of QEMU as a script. */
export async function keepBoot(boot: LabBoot, directory: string): Promise<void> {
  for (const path of initramfsOf(boot))
    await copyFile(path, join(directory, basename(path)), constants.COPYFILE_FICLONE);
  await writeFile(join(directory, 'commands.sh'), bootScript(boot), { mode: 0o755 });
}

/** The same machines again, by hand: in a folder of their own, without the lab around them. Pure. */
export function bootScript(boot: LabBoot): string {
  const kept = initramfsOf(boot);
  const starts = commandLines(boot).flatMap(({ machine, argv }) => [
    `# ${machine}`,
    `${argv.map((word) => (kept.includes(word) ? `"$here/${basename(word)}"` : quoted(word))).join(' ')} &`,
    ...wireSockets(argv).map((socket) => `until [ -S ${socket} ]; do sleep 0.1; done`),
  ]);
  return [
    '#!/bin/sh',
    '# QEMU’s command lines in the order of their start; only the path of the initramfs is another.',
    '# Call it from an empty folder: consoles, events and captures appear there. The machines power off by themselves.',
    'set -eu',
    'here=$(cd "$(dirname "$0")" && pwd)',
    '[ -z "$(ls)" ] || { echo "$0: call it from an empty folder" >&2; exit 64; }',
    ...(boot.virtual ? [`cat > ${lockstepFile} <<'LAB'\n${labDescription(boot, boot.virtual)}LAB`] : []),
    ...starts,
    'wait',
    '',
  ].join('\n');
}

const initramfsOf = ({ initramfs, own }: LabBoot): string[] => [
  ...new Set([initramfs, ...[...(own?.values() ?? [])].map((each) => each.initramfs)]),
];

const quoted = (word: string) =>
  /^[\w/.,:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** Those that the machine listens on, and that the next ones connect to. */
const wireSockets = (argv: readonly string[]) =>
  argv.flatMap((word) => /^stream,.*server=on.*addr\.path=([^,]+)/.exec(word)?.[1] ?? []);
