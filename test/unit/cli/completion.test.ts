// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createProgram } from '../../../src/cli/main.ts';

const program = await createProgram();

const folder = mkdtempSync(join(tmpdir(), 'miglab-completion-'));
const lab = join(folder, 'state', 'miglab', 'labs', 'demo');
mkdirSync(lab, { recursive: true });
for (const file of ['node-a.qmp', 'peer.qmp', 'public.node-a.sock', 'control.node-a.sock'])
  writeFileSync(join(lab, file), '');
mkdirSync(join(folder, 'results', 'run-1', 'cells', '01-duplex'), { recursive: true });
writeFileSync(join(folder, 'results', 'run-1', 'run.json'), '{}');
writeFileSync(join(folder, 'capture.pcap'), '');

const script = join(folder, 'completion.bash');
writeFileSync(script, execFileSync('node', ['src/cli/miglab.js', 'completion', 'bash']));

/** What bash offers for the last of the words. */
function offered(...words: string[]): string[] {
  const program = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _miglab; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync('bash', ['-c', program, script, 'miglab', ...words], {
    cwd: folder,
    env: { ...process.env, XDG_STATE_HOME: join(folder, 'state') },
  });
  return output.toString().split('\n').filter(Boolean);
}

test('verbs are those of the program, all of them', () => {
  const verbs = program.commands.map((verb) => verb.name());
  expect(offered('')).toEqual([...verbs, '--help', '--version']);
  expect(offered('capt')).toEqual(['capture']);
});

test.each(program.commands.filter(({ commands }) => commands.length === 0))(
  '$_name: its options are offered, all of them',
  (verb) => {
    const options = verb.options.map(({ long }) => long);
    expect(offered(verb.name(), '--').sort()).toEqual([...options, '--help'].sort());
  },
);

test.each([
  [
    ['image', ''],
    ['list', 'build', 'export', 'import'],
  ],
  [['image', 'build', 'b'], ['bookworm']],
  [['image', 'build', '--ch'], ['--check']],
  [['down', '-n', ''], ['demo']],
  [['exec', '--name', 'demo', 'n'], ['node-a']],
  [['exec', '-n', 'other', ''], []],
  [
    ['capture', '-n', 'demo', 'peer', ''],
    ['control', 'public'],
  ],
  [['capture', '--packets', '3', '-n', 'demo', 'p'], ['peer']],
  [['cp', '-n', 'demo', 'pe'], ['peer:']],
  [['up', 'br'], ['broadcast-cluster']],
  [
    ['up', '--image', 'trixie'],
    ['trixie-backports', 'trixie-debug', 'trixie'],
  ],
  [['run', 'tcpmig/f'], ['tcpmig/figures']],
  [['run', '--resume', ''], ['run-1']],
  [['replay', 'run-1', ''], ['01-duplex']],
  [['logs', '--cell', ''], ['run-1/01-duplex']],
  [
    ['workload', '--role', 's'],
    ['source', 'sink'],
  ],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
])('%j', (words, expected) => {
  expect(offered(...words).sort()).toEqual([...expected].sort());
});

test('where a file is expected nothing is offered, so that bash completes file names', () => {
  expect(offered('capture', 'peer', '-w', '')).toEqual([]);
  expect(execFileSync('grep', ['-c', 'complete -o default', script]).toString()).toBe('1\n');
});
