// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { archiveRuns } from '../archive/archive.ts';
import { type Checked, checkArchive } from '../archive/check.ts';
import { ExitCode, Fault } from '../fault.ts';
import { anyRun, runFolder } from '../run/run-folder.ts';
import { paint } from './colour.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';

interface ArchiveOptions {
  output?: string;
  captures: boolean;
  check?: string;
  results: string;
  json?: boolean;
}

export const archive = (program: Command) =>
  program
    .command('archive')
    .description('put runs, with all that is needed to read them, into one file; or check such a file')
    .argument('[run...]', 'ids of runs, or the folders that `miglab run` wrote')
    .option('-o, --output <FILE>', 'the archive, FILE.tar.gz')
    .option('--no-captures', 'leave the captures out: smaller, but the numbers cannot be derived again')
    .option('--check <FILE>', 'compare its sums, and derive the numbers from its captures again')
    .option('--results <DIR>', 'folder of the runs', 'results')
    .option('--json', 'print what was written or found as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  miglab archive figures-20260102t030405z -o figures.tar.gz\n  miglab archive --check figures.tar.gz\n',
    )
    .action(async (runs: string[], options: ArchiveOptions) => {
      if (options.check !== undefined && (runs.length > 0 || options.output))
        throw new Fault(ExitCode.usage, '--check takes an archive alone: no runs, no --output');
      process.exitCode = options.check ? await check(options.check, options) : await write(runs, options);
    });

async function write(
  runs: readonly string[],
  { output, captures, results, json }: ArchiveOptions,
): Promise<ExitCode> {
  if (runs.length === 0 || !output)
    throw new Fault(
      ExitCode.usage,
      'name runs and the file to write',
      'miglab archive RUN... -o FILE.tar.gz',
    );
  if (!/\.(tar\.gz|tgz)$/.test(output))
    throw new Fault(ExitCode.usage, `${output}: an archive is a .tar.gz`, 'Give it that ending.');
  if (!existsSync(dirname(output)))
    throw new Fault(ExitCode.usage, `${output}: no such folder`, 'Make it first.');
  const folders = runs.map((run) => runFolder(run, results, anyRun));
  const shown = progress(json);
  const written = await archiveRuns(folders, output, { captures, report: shown.report });
  shown.end();
  if (json) printJson(written);
  else
    print(
      `${output}: ${written.files} files, ${(written.size / 1e6).toFixed(1)} MB, SHA-256 ${written.sha256}`,
    );
  return ExitCode.good;
}

async function check(file: string, { json }: ArchiveOptions): Promise<ExitCode> {
  const shown = progress(json);
  const checked = await checkArchive(file, shown.report);
  shown.end();
  if (json) printJson(checked);
  else print(describe(checked));
  const isSame =
    checked.wrong.length === 0 && checked.runs.every(({ differences }) => differences.length === 0);
  if (!isSame) return ExitCode.checkFailed;
  return checked.runs.length > 0 ? ExitCode.good : ExitCode.nothingMeasured;
}

function describe({ files, wrong, runs }: Checked): string {
  const good = (text: string) => paint('green', text);
  const bad = (text: string) => paint('red', text);
  return [
    ...wrong.map((line) => `${bad('differs')}  ${line}`),
    wrong.length === 0
      ? `${good('good')}     ${files} files have their sums`
      : `${wrong.length} sums are wrong`,
    ...runs.flatMap(({ run, cells, because, differences }) => {
      if (cells === 0) return [`not done ${run}: ${because}`];
      if (differences.length === 0)
        return [
          `${good('good')}     ${run}: ${cells} ${cells === 1 ? 'cell' : 'cells'} derived again, all numbers the same`,
        ];
      return differences.map((line) => `${bad('differs')}  ${run}: ${line}`);
    }),
  ].join('\n');
}
