// SPDX-License-Identifier: GPL-2.0-only
import { Argument, type Command } from 'commander';
import { jsonSchema, purposeOf } from '../schema/json-schema.ts';
import { type Kind, kindNames, kinds } from '../schema/kinds.ts';
import { print, printJson } from './output.ts';

export const schema = (program: Command) =>
  program
    .command('schema')
    .description(
      'what an experiment, a topology, claims or a recipe may say, as JSON Schema; without KIND, the kinds',
    )
    .addArgument(new Argument('[kind]', 'a kind of file').choices(kindNames))
    .option('--json', 'print the list of kinds as JSON; a schema always is')
    .addHelpText(
      'after',
      '\nExamples:\n  miglab schema\n  miglab schema experiment > experiment.schema.json\n',
    )
    .action((kind: Kind | undefined, options) => {
      if (kind) return printJson(jsonSchema(kind));
      const list = kindNames.map((each) => ({
        kind: each,
        files: kinds[each].named,
        purpose: purposeOf(each),
      }));
      if (options.json) return printJson(list);
      for (const each of list) print(`${each.kind.padEnd(12)} ${each.files.padEnd(16)} ${each.purpose}`);
    });
