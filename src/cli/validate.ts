// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { ExitCode } from '../fault.ts';
import { ownFiles, validate as validateFiles } from '../schema/validate.ts';
import { render } from '../spec/diagnostic.ts';
import { print, printJson } from './output.ts';

export const validate = (program: Command) =>
  program
    .command('validate')
    .description(
      'all that is wrong in experiments, topologies, claims and recipes, and in what they say of each other; without FILE, in all of the package',
    )
    .argument('[file...]', 'NAME.exp.yml, NAME.lab.yml, claims.yml or NAME.image.yml')
    .option(
      '--json',
      'print a list of { file, line, column, path, message, expected, remedy }, empty when all is well',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  miglab validate\n  miglab validate mine.exp.yml && miglab run mine.exp.yml\n',
    )
    .action(async (asked: string[], options) => {
      const files = asked.length > 0 ? asked : ownFiles();
      const found = await validateFiles(files);
      if (options.json) printJson(found.map(({ source: _, ...each }) => each));
      else {
        for (const each of found) print(render(each));
        const faulty = new Set(found.map(({ file }) => file)).size;
        const count = `${files.length} ${files.length === 1 ? 'file' : 'files'}`;
        print(
          found.length === 0
            ? `${count}, nothing wrong`
            : `${found.length} ${found.length === 1 ? 'problem' : 'problems'} in ${faulty} of ${count}`,
        );
      }
      process.exitCode = found.length === 0 ? ExitCode.good : ExitCode.usage;
    });
