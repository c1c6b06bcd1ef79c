// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { interrupted, interruption } from '../../src/cli/interruption.ts';
import { explain, print, printJson } from '../../src/cli/output.ts';
import { progress } from '../../src/cli/progress.ts';
import { ExitCode, Fault } from '../../src/fault.ts';
import type { Bench, Round } from './bench.ts';
import { type BenchResult, isMissed, judgeBench } from './statistics.ts';
import { table } from './table.ts';

const ENDING = '.bench.ts';
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(ENDING))
  .map((file) => basename(file, ENDING));

const program = new Command('npm run bench --')
  .exitOverride()
  .description('measure, side by side in one run, what the lab is compared with; ratios count, not times')
  .argument('[bench...]', `of ${names.join(', ')}; all if none is named`)
  .option('--rounds <N>', 'rounds of each bench, instead of its own number', atLeastOne)
  .option('--json', 'print the results as JSON')
  .option('--check', 'exit with 1 when a goal was missed or could not be measured')
  .addHelpText('after', '\nExample:\n  npm run bench -- pcap --rounds 1\n')
  .action(async (asked: string[], options: { rounds?: number; json?: boolean; check?: boolean }) => {
    const results: BenchResult[] = [];
    const signal = interruption();
    for (const name of chosen(asked)) {
      const result = await carryOut(name, options.rounds, signal);
      results.push(result);
      if (!options.json) print(`${table(result)}\n`);
    }
    if (options.json) printJson(results);
    if (options.check && results.some(isMissed)) process.exitCode = ExitCode.checkFailed;
  });

function chosen(asked: readonly string[]): readonly string[] {
  const unknown = asked.find((name) => !names.includes(name));
  if (unknown) throw new Fault(ExitCode.usage, `no bench "${unknown}"`, `There are ${names.join(', ')}.`);
  return asked.length > 0 ? asked : names;
}

async function carryOut(name: string, asked: number | undefined, signal: AbortSignal): Promise<BenchResult> {
  const { bench }: { bench: Bench } = await import(`./${name}${ENDING}`);
  const rounds = asked ?? bench.rounds;
  const shown = progress();
  const done: Round[] = [];
  try {
    const say = (line: string) => shown.report({ stage: name, detail: line });
    for await (const round of bench.measure(rounds, say, signal)) {
      signal.throwIfAborted();
      done.push(round);
      shown.note(`${name}: round ${done.length} of ${rounds}`);
    }
  } finally {
    shown.end();
  }
  return judgeBench(name, bench, done);
}

function atLeastOne(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('expected a number of rounds from 1 on');
  return Number(text);
}

await program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof CommanderError)) process.exitCode = explain(interrupted() ?? error);
  else if (error.exitCode !== 0) process.exitCode = ExitCode.usage;
});
