// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import type { ZodType } from 'zod';
import { ExitCode, Fault } from '../fault.ts';
import { type Complaint, complaintsOf } from './complaint.ts';
import { type Diagnostic, expectedIn, FaultyFile } from './diagnostic.ts';
import { offsetOf, placeAt, type SourceText, sourceText } from './source-text.ts';

/**
 * Reads a YAML file and checks it against `schema`. A JSON file is one, too.
 *
 * @param remedy for all that may be wrong in it, if it is no file that people write
 * @throws FaultyFile (64) that lists every problem as `file:line:column: what, what was expected`, each with the line
 * of the file and a caret below the place.
 */
export async function readDocument<T>(path: string, schema: ZodType<T>, remedy?: string): Promise<T> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new Fault(
      ExitCode.usage,
      `${path}: cannot be read (${(cause as Error).message})`,
      remedy ?? 'Name an existing file.',
      { cause },
    );
  }
  return parseText(path, text, schema, remedy);
}

/** The same for a text in memory; `name` stands for the file in messages. */
export function parseText<T>(
  name: string,
  text: string,
  schema: ZodType<T>,
  remedy = descriptionOf(schema),
): T {
  const judged = judge(sourceText(name, text), schema, remedy);
  if ('data' in judged) return judged.data;
  throw new FaultyFile(judged.diagnostics, remedy);
}

/** Checks a text against `schema`. Pure. */
export function judge<T>(
  source: SourceText,
  schema: ZodType<T>,
  remedy = descriptionOf(schema),
): { data: T } | { diagnostics: Diagnostic[] } {
  if (source.broken.length > 0)
    return {
      diagnostics: source.broken.map(({ offset, message }) => ({
        ...{ file: source.file, ...placeAt(source, offset), path: 'document' },
        ...{ message, expected: expectedIn(message), remedy: remedy ?? '' },
      })),
    };
  const parsed = schema.safeParse(source.plain);
  if (parsed.success) return { data: parsed.data };
  const complaints = complaintsOf(parsed.error.issues, schema, source.plain);
  return { diagnostics: diagnosed(source, complaints, remedy) };
}

/** Complaints with their places in the text, in its order. Pure. */
export const diagnosed = (
  source: SourceText,
  complaints: readonly Complaint[],
  remedy?: string,
): Diagnostic[] =>
  complaints
    .map((complaint) => ({ complaint, offset: offsetOf(source, complaint.path, complaint.part) }))
    .sort((a, b) => a.offset - b.offset)
    .map(({ complaint: { path, message, meant }, offset }) => ({
      ...{ file: source.file, ...placeAt(source, offset) },
      path: path.length === 0 ? 'document' : path.map(String).join('.'),
      ...{ message, expected: expectedIn(message) },
      remedy: meant === undefined ? (remedy ?? '') : `did you mean "${meant}"?`,
    }));

/** Where a user learns what a file of this schema may say. */
export function descriptionOf(schema: ZodType): string | undefined {
  const title = schema.meta()?.title;
  return title && `\`miglab schema ${title}\` describes every key.`;
}
