// SPDX-License-Identifier: GPL-2.0-only
import { Command, CommanderError } from 'commander';
import { ExitCode } from '../fault.ts';
import { packageVersion } from '../package.ts';
import { capture } from './capture.ts';
import { cp } from './cp.ts';
import { doctor } from './doctor.ts';
import { down } from './down.ts';
import { exec } from './exec.ts';
import { image } from './image.ts';
import { interrupted } from './interruption.ts';
import { logs } from './logs.ts';
import { migrate } from './migrate.ts';
import { explain } from './output.ts';
import { prune } from './prune.ts';
import { replay } from './replay.ts';
import { report } from './report.ts';
import { reproduce } from './reproduce.ts';
import { run } from './run.ts';
import { ssh } from './ssh.ts';
import { status } from './status.ts';
import { test } from './test.ts';
import { top } from './top.ts';
import { up } from './up.ts';
import { workload } from './workload.ts';

const verbs = [
  doctor,
  image,
  up,
  status,
  exec,
  ssh,
  cp,
  workload,
  migrate,
  top,
  logs,
  capture,
  down,
  prune,
  run,
  replay,
  report,
  reproduce,
  test,
];

/** Runs one verb. The only place that turns what happened into an exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('miglab')
    .description('A virtual lab for migrating live TCP connections and the processes that own them')
    .version(packageVersion())
    .enablePositionalOptions()
    .exitOverride()
    .addHelpText(
      'after',
      "\nExit codes: 0 good, 1 a check failed, 2 nothing measured or inconclusive, 64 usage or a faulty file,\n69 the host lacks something, 70 a bug, 124 time-out, 128 + number signal; exec passes on its command's.",
    );
  for (const verb of verbs) verb(program);
  program.commands.forEach(inheritOverride);
  try {
    await program.parseAsync(argv as string[], { from: 'user' });
    return Number(process.exitCode ?? ExitCode.good);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.good : ExitCode.usage;
    return explain(interrupted() ?? error);
  }
}

function inheritOverride(command: Command): void {
  command.exitOverride().showHelpAfterError('(--help shows the options)');
  command.commands.forEach(inheritOverride);
}
