// SPDX-License-Identifier: GPL-2.0-only
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  LineCounter,
  parseDocument,
  visit,
  type YAMLParseError,
} from 'yaml';
import type { Diagnostic } from './diagnostic.ts';

/** The text of a YAML (or JSON) file, and what it says. */
export interface SourceText {
  /** As messages call it. */
  file: string;
  text: string;
  document: Document;
  lines: LineCounter;
  /** Why it is no YAML; empty when it is, and `plain` is then what it says. */
  broken: { offset: number; message: string }[];
  plain: unknown;
}

export type Path = readonly PropertyKey[];

export function sourceText(file: string, text: string): SourceText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const format = file.endsWith('.json') ? 'JSON' : 'YAML';
  const broken = [...syntaxErrors(document, lines, format), ...danglingAliases(document)];
  return { file, text, document, lines, broken, plain: broken.length > 0 ? undefined : document.toJS() };
}

/** The first of each line: what follows from a mistake is mostly complained of there as well. */
function syntaxErrors({ errors }: Document, lines: LineCounter, format: string): SourceText['broken'] {
  const lineOf = ({ pos }: YAMLParseError) => lines.linePos(pos[0]).line;
  const sorted = [...errors].sort((a, b) => a.pos[0] - b.pos[0]);
  return sorted
    .filter((error, index) => index === 0 || lineOf(sorted[index - 1] as YAMLParseError) !== lineOf(error))
    .map(({ pos, code, message }) => ({
      offset: pos[0],
      message: `${message}; expected ${code === 'DUPLICATE_KEY' ? 'each key once' : `well-formed ${format}`}`,
    }));
}

function danglingAliases(document: Document): SourceText['broken'] {
  const found: SourceText['broken'] = [];
  visit(document, (_, node) => {
    if (isAlias(node) && !node.resolve(document))
      found.push({
        offset: node.range?.[0] ?? 0,
        message: `nothing is called &${node.source}; expected a name that stands before`,
      });
  });
  return found;
}

/** The line and column, from 1, of a place in the text, and its line. */
export function placeAt(
  { text, lines }: SourceText,
  offset: number,
): Pick<Diagnostic, 'line' | 'column' | 'source'> {
  const { line, col } = lines.linePos(offset);
  return {
    line: Math.max(1, line),
    column: Math.max(1, col),
    source: text.split('\n')[Math.max(0, line - 1)] ?? '',
  };
}

/** Offset in the text of the node at `path`; of its nearest existing parent where it is missing. */
export function offsetOf({ document }: SourceText, path: Path, part: 'key' | 'value' = 'value'): number {
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
