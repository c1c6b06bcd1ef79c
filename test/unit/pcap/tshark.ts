// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';

/** One object a frame, in order, with tshark's text for each field ('' where the frame has no such field). */
export function tsharkFields<F extends string>(path: string, fields: readonly F[]): Record<F, string>[] {
  const columns = fields.flatMap((field) => ['-e', field]);
  const preferences = ['-o', 'ip.defragment:FALSE', '-o', 'tcp.relative_sequence_numbers:FALSE'];
  const argv = ['-n', ...preferences, '-r', path, '-T', 'fields', '-E', 'occurrence=a', ...columns];
  const lines = runTshark(argv).split('\n').slice(0, -1);
  return lines.map((line) => {
    const values = line.split('\t');
    return Object.fromEntries(fields.map((field, index) => [field, values[index] ?? ''])) as Record<
      F,
      string
    >;
  });
}

function runTshark(argv: readonly string[]): string {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    return execFileSync('tshark', argv, { encoding: 'utf8', maxBuffer: 1 << 28, stdio });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new Error('tshark is missing, and this test compares with it: apt-get install tshark', { cause });
  }
}
