// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Measurement } from '../analysis/measurement.ts';
import type { Soak } from '../analysis/soak.ts';
import { ExitCode } from '../fault.ts';
import { packagePath } from '../package.ts';
import { renderSoak } from '../report/soak-summary.ts';
import { writeReport } from '../report/write.ts';
import type { Failure } from '../run/failure.ts';
import { readPlanFile } from '../run/plan-file.ts';
import {
  compareToReference,
  describeComparison,
  type ReferenceComparison,
  readReference,
  referenceOf,
} from '../run/reference.ts';
import type { Resumption } from '../run/resume.ts';
import type { RunOutcome } from '../run/run.ts';
import { soakOf } from '../run/soak.ts';
import { referencePath } from '../spec/catalogue.ts';
import { print, printJson } from './output.ts';
import { paintVerdicts } from './verdicts.ts';

/** Writes the report and prints what came out. @returns the exit code: the validity of the measurements decides, no verdict does. */
export async function conclude(
  outcome: RunOutcome,
  resumption: Resumption | undefined,
  json: boolean | undefined,
): Promise<number> {
  const { directory, rows, failures } = outcome;
  const soak = await soakOf(directory, rows);
  if (soak) return concludeSoak(soak, outcome, resumption, json);
  const { html, figures, summary, text } = await writeReport(directory);
  const reference = await againstReference(directory, rows);
  if (json)
    printJson({
      ...summary,
      failures,
      resumed: resumption ? ids(resumption) : null,
      reference: reference ?? null,
    });
  else {
    print(paintVerdicts(text));
    if (resumption) print(resumedLine(resumption));
    for (const failure of failures) print(failureLines(failure));
    print(`Report: ${html}\nFigures: ${figures} (SVG and PNG, light and dark)`);
    if (reference) print(describeComparison(reference));
  }
  return codeOf(rows);
}

/** A thousand migrations are no figure: what holds is printed, and no report written. */
function concludeSoak(
  soak: Soak,
  { directory, failures }: RunOutcome,
  resumption: Resumption | undefined,
  json: boolean | undefined,
): number {
  if (json) printJson({ ...soak, directory, failures, resumed: resumption ? ids(resumption) : null });
  else {
    print(renderSoak(soak));
    if (resumption) print(resumedLine(resumption));
    for (const failure of failures) print(failureLines(failure));
    print(`Results: ${join(directory, 'soak.json')}`);
  }
  return codeOfSoak(soak);
}

/** Something wrong weighs more than something that was not carried out. */
function codeOfSoak({ cells, asked, migrations }: Soak): number {
  if (cells.some(({ wrongs }) => wrongs.length > 0)) return ExitCode.checkFailed;
  return migrations >= asked ? ExitCode.good : ExitCode.nothingMeasured;
}

/** @returns undefined on the real clock, and where the experiment has no reference */
export async function againstReference(
  directory: string,
  rows: readonly Measurement[],
): Promise<ReferenceComparison | undefined> {
  const { experiment, file } = await readPlanFile(directory);
  if (experiment.clock !== 'virtual') return undefined;
  const reference = await readReference(referencePath(existsSync(file) ? file : packagePath(file)));
  return reference && compareToReference(await referenceOf(directory, rows), reference);
}

const ids = ({ measured, missing }: Resumption) => ({
  measured_before: measured.map(({ id }) => id),
  measured_now: missing.map(({ id }) => id),
});

const resumedLine = ({ measured, missing }: Resumption) =>
  `Resumed: ${cells(measured.length)} measured before, ${cells(missing.length)} now.`;

const cells = (amount: number) => `${amount} ${amount === 1 ? 'cell' : 'cells'}`;

const failureLines = ({ cell, attempt, reasons, folder, replay }: Failure) =>
  [
    `Failed: ${cell}, attempt ${attempt}: ${reasons.map((reason) => reason.split('\n')[0]).join('; ')}`,
    `  look   ${join(folder, 'failure.md')}`,
    `  again  ${replay}`,
  ].join('\n');

export function codeOf(rows: readonly Measurement[]): number {
  const has = (status: string) => rows.some((row) => row.status === status);
  if (has('invalid')) return ExitCode.checkFailed;
  return has('valid') && !has('inconclusive') ? ExitCode.good : ExitCode.nothingMeasured;
}
