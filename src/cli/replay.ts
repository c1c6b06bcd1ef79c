// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Measurement } from '../analysis/measurement.ts';
import { type Replay, replayCell } from '../run/replay.ts';
import { runFolder } from '../run/run-folder.ts';
import { codeOf } from './conclusion.ts';
import { interruption } from './interruption.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';

export const replay = (program: Command) =>
  program
    .command('replay')
    .description('boot one cell of a run again with its seed and plan, and keep everything')
    .argument('<run>', 'a run by its name in results/, or its folder')
    .argument('<cell>', 'one of its cells')
    .option('--verbose-console', 'every message of the kernels on the consoles; this takes time')
    .option('--image <NAME>', "another image than the run's, for its kernel")
    .option('--json', 'print both rows of each migration as JSON')
    .addHelpText(
      'after',
      '\nThe run keeps its measurements; the replay is in RUN/replays. It takes the module as it is now.\n' +
        '\nExample:\n  miglab replay figures-20260102t030405z 01-duplex-1mb-r120-p2-b2097152 --verbose-console\n',
    )
    .action(async (run: string, cell: string, options) => {
      const shown = progress(options.json);
      const { verboseConsole, image } = options;
      const replayed = await replayCell({
        ...{ directory: runFolder(run), cell, verboseConsole, report: shown.report, signal: interruption() },
        ...(image ? { image } : {}),
      });
      shown.end();
      if (options.json) printJson(replayed);
      else print(compare(replayed));
      process.exitCode = codeOf(replayed.migrations.flatMap(({ replay }) => replay ?? []));
    });

const told: readonly (keyof Measurement)[] = [
  ...(['status', 'delay_ms', 'delay_payload_ms', 'freeze_ms', 'total_ms'] as const),
  ...(['window_before', 'window_min', 'window_after', 'retransmits'] as const),
  ...(['captured', 'reinjected', 'rst', 'bytes_wrong'] as const),
];

/** The run's rows and the replay's side by side, then where to look. */
function compare({ run, attempt, replay, cell, seed, folder, differs, problem, migrations }: Replay): string {
  return [
    `${cell}, seed ${seed}: ${run}, ${attempt === null ? 'where it was never measured' : `attempt ${attempt}`}, and replay ${replay}`,
    ...migrations.flatMap(sideBySide),
    ...(problem ? ['', `The replay ended early: ${problem}`] : []),
    ...(differs.length > 0 ? ['', 'Not as the run began:', ...differs.map((line) => `  ${line}`)] : []),
    '',
    `Kept in ${folder}: whole frames, consoles, scenarios, initramfs`,
    `  capture   wireshark ${join(folder, 'public.pcap')}`,
    `  consoles  less ${join(folder, '*.console.log')}`,
    `  QEMU      ${join(folder, 'commands.sh')} boots the same machines by hand`,
  ].join('\n');
}

function sideBySide({ rep, run, replay }: Replay['migrations'][number]): string[] {
  const line = (name: string, before: string, now: string) =>
    `  ${name.padEnd(18)}${before.padStart(16)}${now.padStart(16)}`;
  const reasons = [
    ...(run?.reason ? [`  run: ${run.reason}`] : []),
    ...(replay?.reason ? [`  replay: ${replay.reason}`] : []),
  ];
  return [
    '',
    line(`migration ${rep}`, 'run', 'replay'),
    ...told.map((column) => line(column, shown(run?.[column]), shown(replay?.[column]))),
    ...reasons,
  ];
}

function shown(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '-';
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : value;
}
