// SPDX-License-Identifier: GPL-2.0-only
import type { Argument, Command, Option } from 'commander';

/** Where the words for an argument come from: a function of the script, or nowhere (files, numbers). */
const kinds: Record<string, string> = {
  machine: 'machines',
  NODE: 'machines',
  wire: 'wires',
  topology: 'topologies',
  experiment: 'experiments',
  run: 'runs',
  base: 'runs',
  head: 'runs',
  RUN: 'runs',
  'RUN/CELL': 'run_cells',
  cell: 'cells',
  recipe: 'recipes',
  assignment: 'assignments',
  from: 'places',
  to: 'places',
};

/**
 * A POSIX shell program that prints what may stand in place of the last of its arguments, a word a line; nothing where
 * a file name is expected. It knows the command line of `program`; names of labs, machines and runs it looks up itself,
 * because miglab needs a second to start. Pure.
 *
 * @param folder of the package
 */
export function completionProgram(program: Command, folder: string): string {
  const verbs = leaves(program);
  const groups = program.commands.filter(({ commands }) => commands.length > 0);
  return [
    ...lookUps(folder),
    ...choiceFunction(
      'words_after',
      groups.map((group) => [group.name(), printWords(namesOf(group.commands))]),
    ),
    ...choiceFunction(
      'options_of',
      verbs.map(([path, verb]) => [path, printWords(visibleOptions(verb).map(({ long }) => long ?? ''))]),
    ),
    ...choiceFunction('values_of', verbs.flatMap(optionValues)),
    ...choiceFunction('arguments_of', verbs.flatMap(argumentKinds)),
    ...mainPart(namesOf(program.commands), groups),
  ].join('\n');
}

/** Verbs that do something, by their path: `image build`. */
const leaves = (program: Command): [string, Command][] =>
  program.commands.flatMap((verb): [string, Command][] =>
    verb.commands.length === 0
      ? [[verb.name(), verb]]
      : verb.commands.map((each) => [`${verb.name()} ${each.name()}`, each]),
  );

const namesOf = (commands: readonly Command[]) => commands.map((command) => command.name());
const visibleOptions = (verb: Command): readonly Option[] => verb.createHelp().visibleOptions(verb);
const printWords = (words: readonly string[]) => `printf '%s\\n' ${words.join(' ')}`;

/** Cases such as `up --image`; options without a value have none. */
const optionValues = ([path, verb]: [string, Command]): [string, string][] =>
  visibleOptions(verb)
    .filter(({ required, optional }) => required || optional)
    .flatMap((option) =>
      [option.long, option.short].flatMap((flag): [string, string][] =>
        flag ? [[`${path} ${flag}`, valuesOf(option)]] : [],
      ),
    );

function valuesOf(option: Option): string {
  if (option.argChoices) return printWords(option.argChoices);
  if (option.long === '--name') return 'labs';
  if (option.long === '--image') return 'recipes';
  if (option.long === '--assignment') return 'assignments';
  const placeholder = /[<[]([A-Z_/]+)/.exec(option.flags)?.[1] ?? '';
  return kinds[placeholder] ?? ':';
}

/** Cases such as `cp 1`: the second argument. */
const argumentKinds = ([path, verb]: [string, Command]): [string, string][] =>
  verb.registeredArguments.map((argument, position) => [`${path} ${position}`, argumentWords(argument)]);

const argumentWords = (argument: Argument) =>
  argument.argChoices ? printWords(argument.argChoices) : (kinds[argument.name()] ?? ':');

/** A shell function that does for its argument what stands beside it, and fails for any other. */
const choiceFunction = (name: string, cases: readonly [string, string][]): string[] => [
  `${name}() {`,
  '  case $1 in',
  ...cases.map(([label, action]) => `    '${label}') ${action} ;;`),
  '    *) return 1 ;;',
  '  esac',
  '}',
];

const lookUps = (folder: string): string[] => [
  `package='${folder.replaceAll("'", `'\\''`).replace(/\/$/, '')}'`,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
  'labs_folder="${XDG_STATE_HOME:-$HOME/.local/state}/miglab/labs"',
  'each() { for path in "$@"; do [ ! -e "$path" ] || printf "%s\\n" "$path"; done; }',
  'labs() { each "$labs_folder"/* | sed "s|.*/||"; }',
  'machines() { each "$labs_folder/$lab"/*.qmp | sed "s|.*/||; s|[.]qmp\\$||"; }',
  'places() { machines | sed "s|\\$|:|"; }',
  'wires() { each "$labs_folder/$lab"/*.sock | sed "s|.*/||; s|[.].*||" | sort -u; }',
  'topologies() { each "$package"/lab/topologies/*.lab.yml | sed "s|.*/||; s|[.]lab[.]yml\\$||"; }',
  'experiments() { each "$package"/experiments/*/*.exp.yml | sed "s|^$package/experiments/||; s|[.]exp[.]yml\\$||"; }',
  'recipes() { each "$package"/images/*.image.yml | sed "s|.*/||; s|[.]image[.]yml\\$||"; }',
  'assignments() { each "$package"/assignments/*/assignment.yml | sed "s|/assignment[.]yml\\$||; s|.*/||"; }',
  'runs() { each results/*/run.json | sed "s|^results/||; s|/run.json\\$||"; }',
  'run_cells() { each results/*/cells/* | sed "s|^results/||; s|/cells/|/|"; }',
  'cells() { each "results/$first/cells"/* | sed "s|.*/||"; }',
];

const mainPart = (verbs: readonly string[], groups: readonly Command[]): string[] => [
  'lab=lab verb= first= position=0 option=',
  'while [ $# -gt 1 ]; do',
  '  word=$1; shift',
  '  if [ -n "$option" ]; then',
  '    case $option in --name | -n) lab=$word ;; esac',
  '    option=; continue',
  '  fi',
  '  case $word in',
  '    -*) if values_of "$verb $word" > /dev/null; then option=$word; fi ;;',
  '    *) case $verb in',
  "         '') verb=$word ;;",
  ...(groups.length > 0 ? [`         ${namesOf(groups).join(' | ')}) verb="$verb $word" ;;`] : []),
  '         *) [ $position -gt 0 ] || first=$word; position=$((position + 1)) ;;',
  '       esac ;;',
  '  esac',
  'done',
  'if [ -n "$option" ]; then values_of "$verb $option"',
  `elif [ -z "$verb" ]; then printf '%s\\n' ${verbs.join(' ')} --help --version`,
  'elif words_after "$verb"; then :',
  'else',
  '  case $1 in',
  '    -*) options_of "$verb" ;;',
  '    *) arguments_of "$verb $position" ;;',
  '  esac',
  'fi',
];
