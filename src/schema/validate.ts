// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { packagePath } from '../package.ts';
import { type Diagnostic, expectedIn, FaultyFile } from '../spec/diagnostic.ts';
import { descriptionOf, diagnosed, judge } from '../spec/document.ts';
import { clockContradictionsOf, contradictionsOf, experimentSchema } from '../spec/experiment.ts';
import { type SourceText, sourceText } from '../spec/source-text.ts';
import { kindNames, kindOf, kinds } from './kinds.ts';
import { brokenLinks, linksOf } from './links.ts';

/** The files of the repository, or package, that are of a kind; in a checkout also those of its tests. */
export const ownFiles = (): string[] =>
  readdirSync(packagePath(), { withFileTypes: true })
    .filter(
      (entry) =>
        entry.isDirectory() && ['assignments', 'experiments', 'images', 'lab', 'test'].includes(entry.name),
    )
    .flatMap(({ name }) =>
      readdirSync(packagePath(name), { recursive: true, encoding: 'utf8' })
        .filter((file) => kindOf(file))
        .map((file) => packagePath(name, file)),
    )
    .sort();

/** All that is wrong in these files; paths are relative to the working directory. */
export async function validate(files: readonly string[]): Promise<Diagnostic[]> {
  const found = await Promise.all(files.map(problemsOf));
  const named = found.flat().map((each) => ({ ...each, file: relative('', each.file) }));
  // What two experiments say of their topology is one problem.
  return [...new Map(named.map((each) => [JSON.stringify(each), each])).values()];
}

async function problemsOf(file: string): Promise<Diagnostic[]> {
  const kind = kindOf(file);
  if (!kind) {
    const names = kindNames.map((each) => kinds[each].named).join(', ');
    return [ofWhole(file, `of no kind; expected one of ${names}`, 'Its name says what a file is.')];
  }
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const message = `cannot be read (${(error as Error).message}); expected a file`;
    return [ofWhole(file, message, 'Name an existing file.')];
  }
  const source = sourceText(file, text);
  const { schema } = kinds[kind];
  const judged = judge<unknown>(source, schema);
  const broken = await brokenLinks(file, linksOf(kind, source.plain));
  return [
    ...('diagnostics' in judged ? judged.diagnostics : []),
    ...diagnosed(source, broken, descriptionOf(schema)),
    ...('data' in judged && broken.length === 0 && kind === 'experiment' ? await impaired(source) : []),
  ].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** What impairments cannot mean; or what is wrong in the topology that they are held against. */
async function impaired(source: SourceText): Promise<Diagnostic[]> {
  const judged = judge(source, experimentSchema);
  if (!('data' in judged)) return [];
  try {
    const wrong = [...(await contradictionsOf(judged.data)), ...(await clockContradictionsOf(judged.data))];
    return diagnosed(source, wrong, descriptionOf(experimentSchema));
  } catch (error) {
    if (error instanceof FaultyFile) return [...error.diagnostics];
    throw error;
  }
}

const ofWhole = (file: string, message: string, remedy: string): Diagnostic => ({
  ...{ file, line: 1, column: 1, path: 'document', source: '' },
  ...{ message, expected: expectedIn(message), remedy },
});
