// SPDX-License-Identifier: GPL-2.0-only
import type { Block, Document, Inline, Line } from './document.ts';

/** The document as a section for \input in a paper, in LaTeX with the package longtable. Pure. */
export const toTex = ({ title, blocks }: Document): string =>
  [
    '% For \\input after \\appendix. Needs \\usepackage{longtable}.',
    `\\section{${escapeText(title)}}`,
    ...blocks.map(block),
    '',
  ].join('\n\n');

function block(each: Block): string {
  switch (each.kind) {
    case 'heading':
      return `\\subsection{${escapeText(each.text)}}`;
    case 'paragraph':
      return line(each.line);
    case 'list':
      return environment(
        'itemize',
        '',
        each.items.map((item) => `\\item {}${line(item)}`),
      );
    case 'code':
      return environment('quote', '', [
        each.lines.map((text) => `\\texttt{${escapeCode(text)}}`).join('\\\\\n'),
      ]);
    case 'table': {
      const shares = each.heads.map(({ share }) => `p{${share.toFixed(2)}\\linewidth}`);
      return environment('longtable', `{@{}${shares.join('')}@{}}`, [
        `${each.heads.map(({ text }) => `\\textbf{${escapeText(text)}}`).join(' & ')} \\\\\n\\hline\\endhead`,
        ...each.rows.map(
          (cells) => `${cells.map((cell) => `{\\raggedright ${line(cell)}\\par}`).join(' & ')} \\\\`,
        ),
      ]);
    }
  }
}

const environment = (name: string, options: string, content: readonly string[]) =>
  [`\\begin{${name}}${options}`, ...content, `\\end{${name}}`].join('\n');

const line = (pieces: Line) => pieces.map(inline).join('');
const inline = (piece: Inline) =>
  typeof piece === 'string' ? escapeText(piece) : `\\texttt{${escapeCode(piece.code)}}`;

/** Signs of TeX, those that are others in its old fonts, and those that these lack. */
const SIGNS: Readonly<Record<string, string>> = {
  ...{ '\\': '\\textbackslash{}', '{': '\\{', '}': '\\}', $: '\\$', '&': '\\&', '#': '\\#', _: '\\_' },
  ...{ '%': '\\%', '~': '\\textasciitilde{}', '^': '\\textasciicircum{}', '<': '\\textless{}' },
  ...{ '>': '\\textgreater{}', '|': '\\textbar{}', '"': '\\char34{}', '`': '\\char96{}', '*': '{*}' },
  // An option, where a line of a table or an item begins with it.
  ...{ '[': '{[}', ']': '{]}' },
  ...{
    '−': '\\ensuremath{-}',
    '±': '\\ensuremath{\\pm}',
    '×': '\\ensuremath{\\times}',
    '∞': '\\ensuremath{\\infty}',
  },
  ...{
    '≤': '\\ensuremath{\\leq}',
    '≥': '\\ensuremath{\\geq}',
    '\u00a0': '~',
    '§': '\\S{}',
    '…': '\\ldots{}',
  },
  ...{ '–': '--', '—': '---', '’': "'", '‘': '`', '“': '``', '”': "''", '\n': ' ', '\t': ' ' },
};

const escapeText = (text: string) => [...text].map((sign) => SIGNS[sign] ?? sign).join('');

/** Two hyphens, as of an option, would become a dash. */
const escapeCode = (text: string) => text.split('-').map(escapeText).join('{-}');
