// SPDX-License-Identifier: GPL-2.0-only
import { Command, CommanderError } from 'commander';
import { ExitCode } from '../fault.ts';
import { packageVersion } from '../package.ts';
import { capture } from './capture.ts';
import { coloured, hasColour, paint } from './colour.ts';
import { completion } from './completion.ts';
import { cp } from './cp.ts';
import { doctor } from './doctor.ts';
import { down } from './down.ts';
import { exec } from './exec.ts';
import { image } from './image.ts';
import { interrupted } from './interruption.ts';
import { logs } from './logs.ts';
import { migrate } from './migrate.ts';
import { module } from './module.ts';
import { endWithReader, explain } from './output.ts';
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
  module,
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
  completion,
];

/** The command line of miglab, with every verb. */
export function createProgram(): Command {
  const program = new Command('miglab')
    .description('A virtual lab for migrating live TCP connections and the processes that own them')
    .version(packageVersion())
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('(--help shows the options)')
    .configureHelp({ styleTitle: (title) => coloured('bold', title) })
    .configureOutput({
      getOutHasColors: () => hasColour(process.stdout),
      getErrHasColors: () => hasColour(process.stderr),
      outputError: (text, write) => write(paint('red', text.trimEnd(), process.stderr).concat('\n')),
    })
    .addHelpText(
      'after',
      `
Example, from nothing to a connection that moves before your eyes:
  miglab up && miglab workload && miglab migrate && miglab top

Exit codes: 0 good, 1 a check failed, 2 nothing measured or inconclusive, 64 usage or a faulty file,
69 the host lacks something, 70 a bug, 124 time-out, 128 + number signal; exec passes on its command's.`,
    );
  // A verb takes over what its program is set to when it is made.
  for (const verb of verbs) verb(program);
  return program;
}

/** Runs one verb. The only place that turns what happened into an exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  endWithReader();
  try {
    await createProgram().parseAsync(argv as string[], { from: 'user' });
    return Number(process.exitCode ?? ExitCode.good);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.good : ExitCode.usage;
    return explain(interrupted() ?? error);
  }
}
