// SPDX-License-Identifier: GPL-2.0-only
import { Command, CommanderError } from 'commander';
import { ExitCode } from '../fault.ts';
import { packageVersion } from '../package.ts';
import { coloured, hasColour, paint } from './colour.ts';
import { interrupted } from './interruption.ts';
import { allWritten, endWithReader, explain } from './output.ts';
import { verbs } from './verbs.ts';

/** The command line of miglab, with every verb, or with one alone. */
export async function createProgram(only?: string): Promise<Command> {
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
  const wanted = only !== undefined && Object.hasOwn(verbs, only) ? [only] : Object.keys(verbs);
  for (const verb of await Promise.all(wanted.map((name) => verbs[name]?.()))) verb?.(program);
  return program;
}

/** Runs one verb, and returns its exit code when everything that it printed has been taken. */
export async function main(argv: readonly string[]): Promise<number> {
  endWithReader();
  const code = await carryOut(argv);
  await allWritten();
  return code;
}

/** The only place that turns what happened into an exit code. */
async function carryOut(argv: readonly string[]): Promise<number> {
  try {
    // Completion has to know all the others.
    const program = await createProgram(argv[0] === 'completion' ? undefined : argv[0]);
    await program.parseAsync(argv as string[], { from: 'user' });
    return Number(process.exitCode ?? ExitCode.good);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.good : ExitCode.usage;
    return explain(interrupted() ?? error);
  }
}
