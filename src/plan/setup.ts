// SPDX-License-Identifier: GPL-2.0-only
import type { LayerFile } from './layer.ts';

/** The last line of a setup; no file may have it. */
const end = 'miglab-setup-ends';

/**
 * Before the first line. A machine says that it waits before it opens the port, and opening empties the port's queue of 16
 * bytes, some times over (drivers/tty/serial/8250: serial8250_clear_fifos, set_termios): only of this something is lost.
 */
const lead = '\n'.repeat(255);

/**
 * What a waiting machine is told over its second serial port: a script that makes it one machine of one lab
 * (images/init, receive_setup). Only built-ins of the shell, because each program takes milliseconds under emulation.
 *
 * @param time the host's clock, seconds since 1970: that of a saved machine stood still
 * @param randomness hexadecimal digits that no other machine has
 */
export function setupScript(
  machine: string,
  files: readonly LayerFile[],
  time: number,
  randomness: string,
): string {
  const folders = [...new Set(files.map(({ path }) => `/${path.slice(0, path.lastIndexOf('/'))}`))];
  return [
    lead,
    `MACHINE=${machine}`,
    `date -s @${time} > /dev/null`,
    `echo ${randomness} > /dev/urandom`,
    `for each in ${folders.join(' ')}; do [ -d $each ] || mkdir -p $each; done`,
    ...files.flatMap(writeFile),
    'umask 022',
    end,
    '',
  ].join('\n');
}

const writeFile = ({ path, mode, content }: LayerFile): string[] => [
  `umask ${(0o777 & ~mode).toString(8).padStart(3, '0')}`,
  `printf ${typeof content === 'string' ? linesOf(content) : octal(content)} > /${path}`,
];

const linesOf = (text: string) =>
  `'%s\\n' ${text.replace(/\n$/, '').split('\n').map(quoted).join(' \\\n  ')}`;

const quoted = (line: string) => `'${line.replaceAll("'", "'\\''")}'`;

const octal = (bytes: Uint8Array) =>
  `'${[...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}'`;
