// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { type ZodType, z } from 'zod';
import {
  MEASUREMENT_COLUMNS,
  type Measurement,
  measurementSchema,
  WINDOW_COLUMNS,
  type WindowSample,
  windowSchema,
} from '../analysis/measurement.ts';
import { type RunRecord, runRecordSchema } from '../analysis/run-record.ts';
import type { Settings } from '../analysis/settings.ts';
import { ExitCode, Fault } from '../fault.ts';

const analysisSchema = z.looseObject({
  settings: z.record(z.string(), z.record(z.string(), z.string())).default({}),
});

export interface Run {
  readonly record: RunRecord;
  readonly rows: readonly Measurement[];
  readonly windows: readonly WindowSample[];
  /** Of each machine, as analysis.json has them; none of a run whose machines did not say. */
  readonly settings: Readonly<Record<string, Settings>>;
}

/** Reads results/<run-id>/. @throws Fault (64) that names the file, and the line of a table, that is not as expected. */
export async function readRun(runDir: string): Promise<Run> {
  const [measured, windows] = await Promise.all([readMeasured(runDir), sourceOf(runDir, 'windows.csv')]);
  return { ...measured, windows: parseTable(windows, WINDOW_COLUMNS, windowSchema) };
}

/** The same without the windows, which are most of it. */
export async function readMeasured(runDir: string): Promise<Omit<Run, 'windows'>> {
  const [record, rows, analysis] = await Promise.all([
    sourceOf(runDir, 'run.json'),
    sourceOf(runDir, 'measurements.csv'),
    sourceOf(runDir, 'analysis.json', '{}'),
  ]);
  return {
    record: parseJson(record, runRecordSchema),
    rows: parseTable(rows, MEASUREMENT_COLUMNS, measurementSchema),
    settings: parseJson(analysis, analysisSchema).settings,
  };
}

/** @param absent stands for a file that is not there */
const sourceOf = async (runDir: string, file: string, absent?: string): Promise<Source> => ({
  name: join(runDir, file),
  text: await textOf(join(runDir, file), absent),
});

interface Source {
  readonly name: string;
  readonly text: string;
}

async function textOf(path: string, absent?: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (absent !== undefined && (cause as NodeJS.ErrnoException).code === 'ENOENT') return absent;
    const remedy = 'Name a folder that `miglab run` wrote: results/<run-id>.';
    throw new Fault(ExitCode.usage, `${path}: cannot be read (${(cause as Error).message})`, remedy, {
      cause,
    });
  }
}

function parseJson<T>({ name, text }: Source, schema: ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Fault(ExitCode.usage, `${name}: ${(cause as Error).message}`, undefined, { cause });
  }
  return checked(name, json, schema);
}

/** Columns are found by name, in any order; more may be there. Line 1 is the heading. */
function parseTable<T>({ name, text }: Source, columns: readonly string[], schema: ZodType<T>): T[] {
  let records: Record<string, string>[];
  try {
    records = parse(text, { columns: true, skip_empty_lines: true });
  } catch (cause) {
    throw new Fault(ExitCode.usage, `${name}: ${(cause as Error).message}`, undefined, { cause });
  }
  const missing = records[0] ? columns.filter((column) => !(column in (records[0] as object))) : [];
  if (missing.length > 0) throw new Fault(ExitCode.usage, `${name}:1: no column ${missing.join(', ')}`);
  return records.map((record, index) => checked(`${name}:${index + 2}`, record, schema));
}

function checked<T>(place: string, value: unknown, schema: ZodType<T>): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${place}: ${issue.path.join('.') || 'document'}: ${issue.message}`,
  );
  throw new Fault(ExitCode.usage, problems.join('\n'));
}
