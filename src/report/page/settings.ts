// SPDX-License-Identifier: GPL-2.0-only
import type { Run } from '../results.ts';
import { html, type Markup } from './html.ts';

/** How each machine's network was set; nothing for a run whose machines did not say. */
export function settingsSection({ settings }: Run): Markup | null {
  const machines = Object.keys(settings);
  if (machines.length === 0) return null;
  const names = [...new Set(machines.flatMap((machine) => Object.keys(settings[machine] ?? {})))].sort();
  return html`<section id="settings"><h2>How the machines’ networks were set</h2>
<p>Kernel parameters, and the cards’ MTU, queueing discipline and offloads that are on, at the end of each boot. “|” stands between values of different boots.</p>
<div class="scroll tall" tabindex="0" role="group" aria-label="All settings"><table>
<thead><tr><th scope="col">Setting</th>${machines.map((machine) => html`<th scope="col">${machine}</th>`)}</tr></thead>
<tbody>${names.map(
    (name) =>
      html`<tr><th scope="row"><code>${name}</code></th>${machines.map((machine) => html`<td>${settings[machine]?.[name] ?? ''}</td>`)}</tr>`,
  )}</tbody></table></div></section>`;
}
