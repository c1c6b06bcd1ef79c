// SPDX-License-Identifier: GPL-2.0-only
import { Argument, type Command } from 'commander';
import { packagePath } from '../package.ts';
import { completionProgram } from './completion-words.ts';
import { print } from './output.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export const completion = (program: Command) =>
  program
    .command('completion')
    .description('print the script that completes verbs, options and names in a shell')
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText(
      'after',
      `
It completes the command \`miglab\`; in a checkout an alias gives you one: alias miglab='npx miglab'

Examples:
  source <(miglab completion bash)                                # in ~/.bashrc
  source <(miglab completion zsh)                                 # in ~/.zshrc, after compinit
  miglab completion fish > ~/.config/fish/completions/miglab.fish
`,
    )
    .action((shell: Shell) => print(script(shell, completionProgram(program, packagePath()))));

/** The part that differs between shells: it hands the words up to the cursor to the program that knows. */
const script = (shell: Shell, program: string): string => wrappers[shell](quoted(program, shell));

/** As one word for the shell. */
const quoted = (text: string, shell: Shell): string =>
  shell === 'fish'
    ? `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
    : `'${text.replaceAll("'", `'\\''`)}'`;

const wrappers: Record<Shell, (program: string) => string> = {
  bash: (program) => `_miglab_program=${program}
_miglab() {
  local words
  words=$(sh -c "$_miglab_program" miglab "\${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null)
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  [[ \${COMPREPLY[0]} != *: ]] || compopt -o nospace 2> /dev/null
}
complete -o default -F _miglab miglab`,
  zsh: (program) => `#compdef miglab
_miglab_program=${program}
_miglab() {
  local -a found
  found=(\${(f)"$(sh -c "$_miglab_program" miglab "\${(@)words[2,CURRENT]}" 2> /dev/null)"})
  if (( \${#found} )); then compadd -- $found; else _files; fi
}
compdef _miglab miglab`,
  fish: (program) => `set -g _miglab_program ${program}
function _miglab
  set -l words (commandline -opc) (commandline -ct)
  set -l found (sh -c "$_miglab_program" miglab $words[2..-1] 2> /dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c miglab -f -a '(_miglab)'`,
};
