// SPDX-License-Identifier: GPL-2.0-only
import { open, readFile } from 'node:fs/promises';

/**
 * What a kernel prints when it gives up (kernel/panic.c, lib/bug.c, arch/x86/kernel/dumpstack.c), and what one with checks
 * says when it finds something: lockdep and RCU, UBSAN, tasks that hang, a reference counter that runs over.
 */
const panics =
  /Kernel panic - not syncing: .*|Oops: .*|BUG: .*|general protection fault.*|WARNING: CPU: .*|\] (?:WARNING: |UBSAN: |INFO: |refcount_t: |ODEBUG: ).*/;

/** The first line that tells of a panic, an oops or a kernel's warning; undefined when there is none. */
export const findPanic = (text: string): string | undefined => panics.exec(text)?.[0].trim();

/** The last lines of a console, indented, for an error message. */
export function lastLines(text: string, count = 15): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0) return '    (the console is empty)';
  return lines
    .slice(-count)
    .map((line) => `    | ${line}`)
    .join('\n');
}

/** The whole text of a console; empty as long as there is no file. */
export async function readConsole(path: string): Promise<string> {
  try {
    return (await readFile(path)).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Reads a growing file by whole lines: each call gives the lines that have come since the last. */
export class LineFollower {
  readonly #path: string;
  #offset = 0;
  #rest = '';

  constructor(path: string) {
    this.#path = path;
  }

  async next(): Promise<string[]> {
    let file: Awaited<ReturnType<typeof open>>;
    try {
      file = await open(this.#path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    await using _ = file;
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.max(0, size - this.#offset));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#offset);
    this.#offset += bytesRead;
    const lines = (this.#rest + buffer.toString('utf8', 0, bytesRead)).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.map((line) => line.replace(/\r$/, ''));
  }
}
