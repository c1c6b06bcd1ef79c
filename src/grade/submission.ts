// SPDX-License-Identifier: GPL-2.0-only
import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { printable } from '../image/sealed.ts';
import type { Assignment } from '../spec/assignment.ts';

/** What was handed in, as far as the assignment asks for it. */
export interface Submission {
  /** The name of its folder or archive. */
  name: string;
  files: { name: string; content: Buffer }[];
  /** What else was there, and was not looked at. */
  ignored: string[];
  /** Why it cannot be taken; empty when it can. */
  refusal: string;
}

/** The file that says whose assignment a folder is for. */
export const marker = '.miglab.json';

/** What `assignment start` wrote beside the skeleton: that it is still there is no news. */
const given = [marker, 'handout.md'];
const shown = 20;

/**
 * Reads the files that the assignment names out of a folder, and nothing else of it: no link is followed, no other file is
 * opened, whatever its name.
 */
export async function readSubmission(
  folder: string,
  name: string,
  { files }: Pick<Assignment, 'files'>,
): Promise<Submission> {
  const names = await readdir(folder);
  const found: Submission['files'] = [];
  for (const asked of files) {
    const read = await readAsked(join(folder, asked.name), asked.max_bytes);
    if (typeof read === 'string') return { name, files: [], ignored: [], refusal: `${asked.name}: ${read}` };
    found.push({ name: asked.name, content: read });
  }
  const others = names.filter((each) => !given.includes(each) && !files.some(({ name }) => name === each));
  return { name, files: found, ignored: listed(others), refusal: '' };
}

/** What is said of files that were not taken: names are strangers' too. Pure. */
export const listed = (names: readonly string[]): string[] => {
  const some = [...names]
    .sort()
    .slice(0, shown)
    .map((name) => printable(name).replace(/\s/g, '?').slice(0, 80));
  return names.length > shown ? [...some, `and ${names.length - shown} more`] : some;
};

/** @returns the content, or what is wrong */
async function readAsked(path: string, maxBytes: number): Promise<Buffer | string> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return 'is missing';
  if (!found.isFile()) return 'is no regular file';
  // Between the two looks it may have become a link, or a pipe that nobody writes to.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  await using file = await open(path, flags);
  const now = await file.stat();
  if (!now.isFile()) return 'is no regular file';
  if (now.size > maxBytes) return `has ${now.size} bytes, more than the ${maxBytes} that are taken`;
  const content = Buffer.alloc(maxBytes);
  let size = 0;
  for (;;) {
    const { bytesRead } = await file.read(content, size, maxBytes - size);
    if (bytesRead === 0) return content.subarray(0, size);
    size += bytesRead;
  }
}
