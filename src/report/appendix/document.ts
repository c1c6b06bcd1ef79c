// SPDX-License-Identifier: GPL-2.0-only

/** A piece of a line: words, or what is typed or printed as it stands. */
export type Inline = string | { readonly code: string };
export type Line = readonly Inline[];

/** What an appendix is made of, whatever it is written as. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly line: Line }
  | { readonly kind: 'list'; readonly items: readonly Line[] }
  | { readonly kind: 'code'; readonly lines: readonly string[] }
  | {
      readonly kind: 'table';
      readonly heads: readonly Column[];
      readonly rows: readonly (readonly Line[])[];
    };

/** A heading, and the column's share of the line's width. */
interface Column {
  readonly text: string;
  readonly share: number;
}

export interface Document {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export const heading = (text: string): Block => ({ kind: 'heading', text });
export const paragraph = (...line: Inline[]): Block => ({ kind: 'paragraph', line });
export const list = (...items: Line[]): Block => ({ kind: 'list', items });
export const code = (text: string): Inline => ({ code: text });
