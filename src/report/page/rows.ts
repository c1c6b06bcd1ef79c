// SPDX-License-Identifier: GPL-2.0-only
import type { Measurement } from '../../analysis/measurement.ts';
import { number } from '../format.ts';
import type { Run } from '../results.ts';
import type { Summary } from '../summary.ts';
import { rowCounts } from '../terminal.ts';
import { html, type Markup } from './html.ts';

const COLUMNS: readonly [label: string, key: keyof Measurement][] = [
  ['Image (MB)', 'image_mb'],
  ['Rep', 'rep'],
  ['Attempt', 'attempt'],
  ['Delay (ms)', 'delay_ms'],
  ['Payload (ms)', 'delay_payload_ms'],
  ['ACK (ms)', 'delay_ack_ms'],
  ['Freeze (ms)', 'freeze_ms'],
  ['Gap (ms)', 'app_gap_ms'],
  ['Total (ms)', 'total_ms'],
  ['Window before', 'window_before'],
  ['Window min', 'window_min'],
  ['Window after', 'window_after'],
  ['Out (MB/s)', 'tx_before_mb_s'],
  ['In (MB/s)', 'peer_tx_before_mb_s'],
  ['Retransmits', 'retransmits'],
  ['Captured', 'captured'],
  ['Re-injected', 'reinjected'],
  ['RST', 'rst'],
  ['Wrong bytes', 'bytes_wrong'],
];

/** Every row of measurements.csv, those that don't count with the reason. */
export function rowsSection(run: Run, summary: Summary): Markup {
  const { rows } = run;
  return html`<section id="rows"><h2>Every row</h2>
<p>${rowCounts(summary)}. <code>measurements.csv</code> has all columns.</p>
<div class="scroll tall" tabindex="0" role="group" aria-label="All measurements"><table class="rows">
<thead><tr><th scope="col">Cell</th><th scope="col">Role</th><th scope="col">Move</th><th scope="col">Status</th>${COLUMNS.map(
    ([label]) => html`<th scope="col" class="num">${label}</th>`,
  )}<th scope="col">Reason</th></tr></thead>
<tbody>${rows.map(
    (
      row,
    ) => html`<tr data-status="${row.status}"><th scope="row">${row.cell}</th><td>${row.role}</td><td>${row.from} → ${row.to}</td><td class="status">${row.status}</td>
${COLUMNS.map(([, key]) => html`<td class="num">${number(row[key] as number | null)}</td>`)}<td class="reason">${row.reason}</td></tr>
`,
  )}</tbody></table></div>
${failures(run)}</section>`;
}

/** Boots in which something went wrong; some left no row at all. Runs that keep their plan can boot a cell again. */
function failures({ record, rows }: Run): Markup | null {
  const failed = record.cells.flatMap(({ id, attempts }) =>
    attempts.filter((a) => a.problem !== '' || (a.invalid ?? 0) > 0).map((a) => ({ id, ...a })),
  );
  if (failed.length === 0) return null;
  return html`<h3>Boots that failed</h3>
<ul>${failed.map(
    ({ id, attempt, problem }) =>
      html`<li>${id}, attempt ${attempt}: ${[...invalidReasons(rows, id, attempt), problem].filter(Boolean).join('; ')}${
        record.sessions &&
        html`<br><code>cells/${attempt === 1 ? id : `${id}.attempt${attempt}`}/failure.md</code> says what is kept;
<code>miglab replay ${record.id} ${id}</code> boots the cell again and keeps everything.`
      }</li>`,
  )}</ul>`;
}

const invalidReasons = (rows: readonly Measurement[], cell: string, attempt: number): string[] =>
  rows
    .filter((row) => row.cell === cell && row.attempt === attempt && row.status === 'invalid')
    .map(({ rep, reason }) => `migration ${rep}: ${reason}`);
