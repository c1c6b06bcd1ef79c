// SPDX-License-Identifier: GPL-2.0-only
import { ExitCode, Fault } from '../fault.ts';

/** One thing that is wrong in a file, and where. */
export interface Diagnostic {
  file: string;
  /** From 1, as editors count. */
  line: number;
  column: number;
  /** Keys and indices from the top, joined by dots; "document" for all of it. */
  path: string;
  /** What is wrong, and `expected ...`. */
  message: string;
  /** What should stand there. */
  expected: string;
  remedy: string;
  /** The line of the file; empty for a file that could not be read. */
  source: string;
}

/** What should stand there, in the words of a message. */
export const expectedIn = (message: string): string => /\bexpected (.*)$/s.exec(message)?.[1] ?? message;

/** A file that is not as it should be. Its text lists all that is wrong. */
export class FaultyFile extends Fault {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[], remedy?: string) {
    super(ExitCode.usage, diagnostics.map((each) => render(each, remedy)).join('\n'), remedy);
    this.diagnostics = diagnostics;
  }
}

/**
 * `file:line:column: what, what was expected`, with the line of the file, a caret below the place, and the remedy.
 * @param common a remedy that is told once for many, and so not here
 */
export function render(diagnostic: Diagnostic, common?: string): string {
  const { file, line, column, path, message, source, remedy } = diagnostic;
  const where = `${file}:${line}:${column}: ${path}: ${message}`;
  const advice = remedy === common ? '' : remedy;
  if (source === '') return advice ? `${where}\n    ${advice}` : where;
  return `${where}\n    ${source}\n    ${`${' '.repeat(column - 1)}^ ${advice}`.trimEnd()}`;
}
