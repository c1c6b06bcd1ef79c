// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { type Document, isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml';
import type { core, ZodType } from 'zod';
import { ExitCode, Fault } from '../fault.ts';
import { keysAt } from './keys.ts';

type Path = readonly PropertyKey[];

/**
 * Reads a YAML file and checks it against `schema`.
 *
 * @throws Fault (64) that lists every problem as `file:line:column: what, what was expected`, each with the line
 * of the file and a caret below the place.
 */
export async function readDocument<T>(path: string, schema: ZodType<T>): Promise<T> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new Fault(
      ExitCode.usage,
      `${path}: cannot be read (${(cause as Error).message})`,
      'Name an existing file.',
      {
        cause,
      },
    );
  }
  return parseText(path, text, schema);
}

/** The same for a text in memory; `name` stands for the file in messages. */
export function parseText<T>(name: string, text: string, schema: ZodType<T>): T {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const broken = document.errors.map((error) => ({ offset: error.pos[0], message: error.message }));
  if (broken.length > 0) throw diagnostics(name, text, lines, broken);
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => locate(document, issue, schema));
  throw diagnostics(name, text, lines, problems);
}

function locate(
  document: Document,
  issue: core.$ZodIssue,
  schema: ZodType,
): { offset: number; message: string }[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path, toPlain(document, issue.path));
    return issue.keys.map((key) => ({
      offset: offsetOf(document, [...issue.path, key], 'key'),
      message: `${where([...issue.path, key])}: unknown key; expected one of ${known.join(', ')}`,
    }));
  }
  return [{ offset: offsetOf(document, issue.path), message: `${where(issue.path)}: ${issue.message}` }];
}

const toPlain = (document: Document, path: Path): unknown => {
  const node = document.getIn(path, true);
  return isNode(node) ? node.toJS(document) : node;
};

const where = (path: Path) => (path.length === 0 ? 'document' : path.map(String).join('.'));

/** Offset in the text of the node at `path`; of its nearest existing parent where it is missing. */
function offsetOf(document: Document, path: Path, part: 'key' | 'value' = 'value'): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const steps = path.slice(0, depth);
    if (part === 'key' && depth > 0) {
      const parent = document.getIn(steps.slice(0, -1), true);
      const map = depth === 1 ? document.contents : parent;
      if (isMap(map)) {
        const pair = map.items.find((item) => isPair(item) && String(item.key) === String(steps.at(-1)));
        if (pair && isNode(pair.key) && pair.key.range) return pair.key.range[0];
      }
    }
    const node = depth === 0 ? document.contents : document.getIn(steps, true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function diagnostics(
  name: string,
  text: string,
  lines: LineCounter,
  problems: readonly { offset: number; message: string }[],
): Fault {
  const rows = text.split('\n');
  const messages = problems.map(({ offset, message }) => {
    const { line, col } = lines.linePos(offset);
    const source = rows[Math.max(0, line - 1)] ?? '';
    return `${name}:${line}:${col}: ${message}\n    ${source}\n    ${' '.repeat(Math.max(0, col - 1))}^`;
  });
  return new Fault(ExitCode.usage, messages.join('\n'));
}
