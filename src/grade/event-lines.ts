// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ZodType } from 'zod';
import { machineFiles } from '../plan/qemu.ts';

/** What a machine told; empty of one that never started. */
export const eventText = (folder: string, machine: string): Promise<string> =>
  readFile(join(folder, machineFiles(machine).events), 'utf8').catch(() => '');

/** The events of one kind among a machine's lines, of which any may be somebody's who means no good. Pure. */
export const eventsOf = <T>(text: string, schema: ZodType<T>): T[] =>
  text.split('\n').flatMap((line) => {
    const event = schema.safeParse(parse(line));
    return event.success ? [event.data] : [];
  });

/** undefined for a line that is no JSON: machines die in the middle of a line. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
