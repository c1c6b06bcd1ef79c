// SPDX-License-Identifier: GPL-2.0-only
import type { core, ZodType } from 'zod';
import { keysAt, valueAt } from './keys.ts';
import { nearest } from './nearest.ts';
import type { Path } from './source-text.ts';

/** Something wrong at a place of a document; `part` says what of a pair is shown. */
export interface Complaint {
  path: Path;
  part?: 'key' | 'value';
  message: string;
  /** The word that was probably meant. */
  meant?: string | undefined;
}

/** What is wrong in a document, from a schema's issues. A key that is misspelt is not missing as well. Pure. */
export function complaintsOf(
  issues: readonly core.$ZodIssue[],
  schema: ZodType,
  document: unknown,
): Complaint[] {
  const all = issues.flatMap((issue) => complaintsOfIssue(issue, schema, document));
  const misspelt = all
    .filter(({ part, meant }) => part === 'key' && meant !== undefined)
    .map(({ path, meant }) => placeName([...path.slice(0, -1), meant as string]));
  return all.filter(({ path, part }) => {
    const isMissing = part !== 'key' && valueAt(document, path) === undefined;
    return !(isMissing && misspelt.includes(placeName(path)));
  });
}

const placeName = (path: Path) => path.map(String).join('.');

function complaintsOfIssue(issue: core.$ZodIssue, schema: ZodType, document: unknown): Complaint[] {
  const { path, message } = issue;
  const value = valueAt(document, path);
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path, document);
    return issue.keys.map((key) => unknownKey([...path, key], known));
  }
  if (issue.code === 'invalid_union' && issue.discriminator) {
    // zod's types do not have it.
    const kinds = ((issue as { options?: unknown[] }).options ?? []).map(String);
    const expected = /\bexpected/.test(message) ? message : `expected one of ${quoted(kinds)}`;
    return value === undefined
      ? [withoutKind(path, issue.discriminator, expected, document)]
      : [{ path, message: expected, meant: near(value, kinds) }];
  }
  if (issue.code === 'invalid_union' && message === 'Invalid input') {
    const inner = likeliest(issue.errors).map((each) => ({ ...each, path: [...path, ...each.path] }));
    return inner.flatMap((each) => complaintsOfIssue(each, schema, document));
  }
  if (issue.code === 'custom') return [{ path, message, meant: issue.params?.meant }];
  const words = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  return [{ path, message: value === undefined ? missing(message) : message, meant: near(value, words) }];
}

const unknownKey = (path: Path, known: readonly string[]): Complaint => ({
  path,
  part: 'key',
  message: `unknown key; expected one of ${known.join(', ')}`,
  meant: near(path.at(-1), known),
});

/** Without the key that says of which kind a mapping is, zod looks at no other: it may be misspelt. */
function withoutKind(path: Path, key: string, expected: string, document: unknown): Complaint {
  const given = valueAt(document, path.slice(0, -1));
  const similar = near(key, Object.keys(given ?? {}));
  if (similar) return unknownKey([...path.slice(0, -1), similar], [key]);
  return { path, message: missing(expected) };
}

const near = (word: unknown, known: readonly string[]): string | undefined =>
  typeof word === 'string' ? nearest(word, known) : undefined;

const quoted = (words: readonly string[]) => words.map((word) => `"${word}"`).join('|');

/** What is not there needs no telling what it is instead. */
const missing = (message: string): string =>
  message.replace(/^.*?\bexpected (.*?)(, received undefined)?$/s, 'missing; expected $1');

/** Of several forms that a value might have that which it comes nearest to: wrong within, or at least of that type. */
function likeliest(forms: readonly (readonly core.$ZodIssue[])[]): readonly core.$ZodIssue[] {
  const nearness = (issues: readonly core.$ZodIssue[]) =>
    Math.max(...issues.map(({ path, code }) => path.length * 2 + (code === 'invalid_type' ? 0 : 1)));
  const [best = []] = [...forms].sort((a, b) => nearness(b) - nearness(a));
  if (nearness(best) > 0) return best;
  const types = forms.flatMap(([first]) => /expected (\w+)/.exec(first?.message ?? '')?.[1] ?? []);
  return best.map((each) => ({
    ...each,
    message: each.message.replace(/expected \w+/, `expected ${types.join(' or ')}`),
  }));
}
