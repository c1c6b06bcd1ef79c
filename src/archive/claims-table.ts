// SPDX-License-Identifier: GPL-2.0-only
import { stringify } from 'csv-stringify/sync';
import type { ArchivedRun } from './about.ts';

const columns = [
  ...['run', 'system', 'claim', 'text', 'source', 'expected', 'bounds', 'tolerance', 'measured'],
  ...['value', 'low', 'high', 'rows', 'verdict', 'because', 'stated', 'agreement'],
];

/** claims.csv: a row for each claim that a run decides. Pure. */
export const claimsTable = (runs: readonly ArchivedRun[]): string =>
  stringify(
    runs.flatMap(({ id, assessments }) =>
      assessments.map(({ claim, result, experiment: _, ...rest }) => ({
        ...{ ...rest, run: id, claim: claim.id, text: claim.text, source: claim.source },
        ...{ ...result?.measured, rows: result?.rows },
      })),
    ),
    { header: true, columns },
  );
