// SPDX-License-Identifier: GPL-2.0-only
import type { Block, Document, Inline, Line } from './document.ts';

/** The document as CommonMark with GitHub's tables. Pure. */
export const toMarkdown = ({ title, blocks }: Document): string =>
  `${[`# ${escapeText(title)}`, ...blocks.map(block)].join('\n\n')}\n`;

function block(each: Block): string {
  switch (each.kind) {
    case 'heading':
      return `## ${escapeText(each.text)}`;
    case 'paragraph':
      return asStart(line(each.line));
    case 'list':
      return each.items.map((item) => `- ${asStart(line(item))}`).join('\n');
    case 'code':
      return each.lines.map((text) => `    ${text}`).join('\n');
    case 'table':
      return [
        row(each.heads.map(({ text }) => escapeText(text))),
        row(each.heads.map(() => '---')),
        ...each.rows.map((cells) => row(cells.map((cell) => line(cell, true)))),
      ].join('\n');
  }
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const line = (pieces: Line, inTable = false) => pieces.map((piece) => inline(piece, inTable)).join('');
const inline = (piece: Inline, inTable: boolean) =>
  typeof piece === 'string' ? escapeText(piece) : escapeCode(piece.code, inTable);

/** Every sign that could mean something, wherever it stands. */
const escapeText = (text: string) =>
  text.replace(/\s*\n\s*/g, ' ').replace(/[\\`*_{}[\]<>#|~&!$]/g, (sign) => `\\${sign}`);

/** In a table a bar ends the cell even within code. */
function escapeCode(text: string, inTable: boolean): string {
  const plain = text.replace(/\s*\n\s*/g, ' ');
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = /^[` ]|[` ]$/.test(plain) ? ' ' : '';
  return `${fence}${space}${inTable ? plain.replaceAll('|', '\\|') : plain}${space}${fence}`;
}

/** What would begin a list, a heading's underline or a quotation. */
const asStart = (text: string) =>
  text.replace(/^([-+=])/, '\\$1').replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2');
