// SPDX-License-Identifier: GPL-2.0-only
import { capitalised, count, duration, number } from './format.ts';
import { heading, METRICS } from './metrics.ts';
import type { Carried, Summary } from './summary.ts';
import type { ClaimResult } from './verdict.ts';
import { expectation, MARKS, measurement, mediansInWords } from './wording.ts';

/** The summary as plain text for a terminal or a log: what was measured, then each claim expected against measured. */
export function renderSummary(summary: Summary, width = 100): string {
  const { run, paper } = summary;
  return [
    `${run.experiment}: ${rowCounts(summary)}`,
    `run ${run.id}, ${run.accelerator}, ${run.clock} clock, seed ${run.seed}, ${duration(run.duration_s)}${run.state === 'complete' ? '' : ', not finished'}`,
    ...summary.carried.map(carriedLine),
    '',
    ...(paper
      ? [`${paper.title}${paper.year ? ` (${paper.year})` : ''}`, '']
      : ['No claims are named by the experiment.']),
    ...summary.claims.flatMap((result) => claimLines(result, width)),
    ...(paper ? [verdictCounts(summary)] : []),
    '',
  ].join('\n');
}

export function rowCounts({ counts }: Summary): string {
  const { rows, valid, invalid, inconclusive, repeated } = counts;
  const again = repeated > 0 ? ` (${number(repeated)} of a repeated cell)` : '';
  return `${count(rows, 'migration')}: ${valid} valid, ${invalid} invalid, ${inconclusive} inconclusive${again}`;
}

export function verdictCounts({ verdicts, informational }: Summary): string {
  const told = Object.entries(verdicts).filter(([, amount]) => amount > 0);
  const counts = told.map(([verdict, amount]) => `${amount} ${verdict}`);
  return [...counts, ...(informational > 0 ? [`${informational} informational`] : [])].join(', ') || 'none';
}

const asked = (rate: number) => (rate === 0 ? 'as fast as it goes' : `${number(rate)} MB/s`);

export function carriedLine({
  condition: c,
  rows,
  tx_before_mb_s: out,
  peer_tx_before_mb_s: back,
}: Carried): string {
  const direction = (name: string, rate: number, carried: number | null) =>
    `${name} asked ${asked(rate)}, carried ${carried === null ? 'unknown' : `${number(carried)} MB/s`}`;
  const parts = [
    ...(c.role === 'sink' ? [] : [direction('to the peer', c.rate_mb_s, out)]),
    ...(c.role === 'source' ? [] : [direction('from the peer', c.peer_rate_mb_s, back)]),
  ];
  return `${c.role}: ${parts.join('; ')} (${count(rows, 'valid row')})`;
}

function claimLines(result: ClaimResult, width: number): string[] {
  const { claim, verdict } = result;
  const tag = `${MARKS[verdict]} ${verdict}${claim.status === 'checked' && claim.informational ? ' (informational)' : ''}`;
  const head = wrap(`${claim.text} [${claim.source}]`, width - 2).map((line) => `  ${line}`);
  if (claim.status !== 'checked') return [tag, ...head, ''];
  const { label } = METRICS[claim.metric];
  const body = [
    `expected  ${expectation(claim)}`,
    `measured  ${measurement(result)}, ${label.toLowerCase()}, ${claim.statistic.replaceAll('-', ' ')}, ${count(result.rows, 'row')}`,
    ...(verdict === 'reproduced' ? [] : causeLines(result)),
  ];
  return [
    tag,
    ...head,
    ...body.flatMap((line) =>
      wrap(line, width - 4).map((part, i) => (i === 0 ? '  ' : '            ') + part),
    ),
    '',
  ];
}

/** Without a measurement there is nothing whose difference could be explained. */
function causeLines({ claim, measured, because, explanation }: ClaimResult): string[] {
  const differs = claim.status === 'checked' && measured ? claim.differs : [];
  return [
    `because   ${because}`,
    ...explanation.map((e) => `          ${heading(e.metric)} at ${mediansInWords(e.metric, e.medians)}`),
    ...differs.map((note) => `differs   ${capitalised(note)}`),
  ].map((line) => line.trimEnd());
}

/** Words in lines of at most so many letters. Pure. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  const indent = text.match(/^ */)?.[0] ?? '';
  for (const word of text.trimStart().split(/ (?! )/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(lines.length === 0 ? indent + word : word);
  }
  return lines;
}
