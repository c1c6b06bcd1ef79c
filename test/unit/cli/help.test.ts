// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../../src/cli/main.ts';

const leaves = (command: Command): Command[] =>
  command.commands.length > 0 ? command.commands.flatMap(leaves) : [command];
const verbs = leaves(await createProgram()).map((verb) => [pathOf(verb), verb] as const);

function pathOf(verb: Command): string {
  return verb.parent?.parent ? `${pathOf(verb.parent)} ${verb.name()}` : verb.name();
}

function helpOf(verb: Command): string {
  let text = '';
  verb.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHasColors: () => false,
  });
  verb.outputHelp();
  return text;
}

test.each(verbs)('%s: its help has an example that calls it, and says what it does', (path, verb) => {
  const [, examples = ''] = helpOf(verb).split(/\nExamples?:\n/);
  expect(examples).toMatch(new RegExp(`^  .*miglab ${path}\\b`, 'm'));
  expect(verb.description()).toMatch(/^[a-z'].*[^.]$/);
});

test.each(verbs)('%s: each option that an example uses is one of its own', (path, verb) => {
  const [, examples = ''] = helpOf(verb).split(/\nExamples?:\n/);
  const calls = examples
    .split('\n')
    .flatMap((line) => line.split(/&&|\|/))
    .filter((call) => call.includes(`miglab ${path} `));
  const used = calls.flatMap((call) => call.split(' -- ')[0]?.match(/(?<= )-{1,2}[a-z][a-z-]*/g) ?? []);
  const known = verb.options.flatMap(({ long, short }) => [long, short]);
  if (path !== 'exec') expect(known).toEqual(expect.arrayContaining(used));
});

test.each(verbs)('%s: every option says what it is for', (_, verb) => {
  for (const option of verb.options) expect(option.description, option.flags).not.toBe('');
});
