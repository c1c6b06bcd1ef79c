// SPDX-License-Identifier: GPL-2.0-only

import type { RunRecord } from '../../analysis/run-record.ts';
import type { Claims } from '../claims.ts';
import { capitalised, count, duration, number } from '../format.ts';
import { heading, METRIC_NAMES, METRICS } from '../metrics.ts';
import type { Summary } from '../summary.ts';
import { carriedLine } from '../terminal.ts';
import { html, type Markup } from './html.ts';

const NOT_RECORDED = 'not recorded';
const ACCELERATORS = { kvm: 'KVM', tcg: 'TCG: the guests’ processors are emulated' } as const;

/** Everything needed to know what this run was. */
export function runSection(record: RunRecord, summary: Summary): Markup {
  const { host, qemu, guest, module, image, git } = record;
  const facts: [string, string | null | undefined, 'code'?][] = [
    ['Run', record.id, 'code'],
    ['Experiment', record.experiment.file, 'code'],
    ['Started', record.started.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')],
    ['Duration', duration(record.duration_s) + interruptions(record)],
    ['Seed', String(record.seed), 'code'],
    ['Clock', record.clock],
    ['Host', joined([host.system, host.kernel])],
    ['Processor', joined([host.processor, host.processors && count(host.processors, 'processor')])],
    ['Memory', host.memory_mb ? `${number(host.memory_mb)} MB` : null],
    ['QEMU', qemu.version],
    ['Acceleration', ACCELERATORS[record.accelerator]],
    ['Chosen because', record.accelerator_reason],
    ['Guests', joined([guest.release, guest.kernel])],
    ['Module', module.sha256, 'code'],
    ['Image', image.recipe, 'code'],
    ['Image lock', image.lock_sha256, 'code'],
    ['Git commit', git.commit && `${git.commit}${git.dirty ? ', with changes not committed' : ''}`, 'code'],
  ];
  return html`<section id="run"><h2>What was run</h2>
<dl class="facts">${facts.map(
    ([name, value, kind]) =>
      html`<div><dt>${name}</dt><dd>${value ? (kind ? html`<code>${value}</code>` : value) : NOT_RECORDED}</dd></div>`,
  )}</dl>
<h3>Rates asked and carried</h3>
<p>Medians over valid rows, in the interval before each move.</p>
<ul>${summary.carried.map((carried) => html`<li>${capitalised(carriedLine(carried))}</li>`)}</ul></section>`;
}

const interruptions = ({ sessions = [] }: RunRecord): string =>
  sessions.length > 1 ? `, in ${sessions.length} sessions: it was interrupted and resumed` : '';

const joined = (parts: readonly (string | number | null | undefined)[]) => parts.filter(Boolean).join(', ');

export function differencesSection(record: RunRecord, claims: Claims | null): Markup | null {
  if (!claims || claims.paper.machines.length === 0) return null;
  const ours = [
    `Virtual machines on one host with ${record.host.processors ? count(record.host.processors, 'processor') : 'processors not recorded'}, which all three share`,
    ACCELERATORS[record.accelerator],
    'Wires in user space between QEMU processes; no Ethernet hardware, no segmentation by hardware',
    `Linux ${record.guest.kernel ?? NOT_RECORDED}, unmodified; checkpoint and restart in user space, sockets in the module`,
    `${capitalised(record.clock)} clock${record.clock === 'real' ? ': the host’s scheduling is part of every time' : ''}`,
  ];
  return html`<section id="differences"><h2>What differs from the paper’s machines</h2>
<div class="pair"><div><h3>The paper</h3><ul>${claims.paper.machines.map((line) => html`<li>${capitalised(line)}</li>`)}</ul></div>
<div><h3>This run</h3><ul>${ours.map((line) => html`<li>${line}</li>`)}</ul></div></div></section>`;
}

export function definitionsSection(): Markup {
  return html`<section id="definitions"><h2>How each number is defined</h2>
<dl class="definitions">${METRIC_NAMES.map(
    (metric) => html`<div><dt>${heading(metric)}</dt><dd>${METRICS[metric].definition}</dd></div>`,
  )}
<div><dt>Valid, invalid, inconclusive</dt><dd>Invalid: a wrong byte, a reset, a lost process, or frames missing from the capture. Inconclusive: nothing measured, or
the rate not held in the interval before the move; such a cell is repeated at most twice, and every attempt is counted here. Medians and verdicts take valid rows only, unless a claim says otherwise.</dd></div>
<div><dt>Verdicts</dt><dd>Reproduced: the measured interval lies within what was expected. Not reproduced: all of it lies outside; of medians of each size, one outside is enough.
Inconclusive: too few rows, or an interval that crosses a bound. Intervals are 95% percentile bootstrap intervals, resampled within each size.</dd></div>
</dl></section>`;
}

export function repeatSection(record: RunRecord): Markup {
  const cell = record.cells[0]?.id ?? 'CELL';
  const again = record.sessions
    ? `miglab replay ${record.id} ${cell}`
    : `miglab run ${record.experiment.file} --cell ${cell}`;
  return html`<section id="repeat"><h2>Repeat it</h2>
<p>A cell is one boot of the three machines with its own seed. One cell again, then this page from the files as they are:</p>
<pre><code>${again}
miglab report ${record.id}</code></pre></section>`;
}
