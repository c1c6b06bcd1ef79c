// SPDX-License-Identifier: GPL-2.0-only
import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { ExitCode, Fault } from '../fault.ts';
import { Observer, type Snapshot } from '../guest/observer.ts';
import { Sampler } from '../run/sampler.ts';
import { paint } from './colour.ts';
import { interruption } from './interruption.ts';
import { positiveNumber } from './number.ts';
import { print } from './output.ts';
import { Screen } from './screen.ts';
import { renderTop } from './top-screen.ts';

export const top = (program: Command) =>
  program
    .command('top')
    .description(
      'connections of all machines, refreshed: who has them, rates, windows, queues; and the module',
    )
    .option('-n, --name <NAME>', 'name of the lab', 'lab')
    .option('--interval <SECONDS>', 'time between two views', positiveNumber, 1)
    .option('--once', 'print one view and end')
    .option('--json', 'print a JSON object a line for each view')
    .addHelpText(
      'after',
      `
On a terminal q or Ctrl-C ends it; elsewhere the views follow one another. Rates are of acknowledged and received
bytes; 1k is 1000 bytes. Connections over the network that SSH uses are left out.

Examples:
  miglab top
  miglab top --once
  miglab top --json | jq '.moves'
`,
    )
    .action(async (options) => {
      using sampler = new Sampler(options.name);
      const view = { title: `lab ${options.name}`, intervalMs: options.interval * 1000 };
      const once = Boolean(options.once);
      if (options.json)
        return follow(sampler, view, once, (snapshot) => print(JSON.stringify(asJson(snapshot))));
      if (process.stdout.isTTY && !once) return showOnScreen(sampler, view);
      await follow(sampler, view, once, (snapshot) => {
        for (const line of renderTop(snapshot, view.title, 200, paint)) print(line);
        if (!once) print('');
      });
    });

interface View {
  title: string;
  intervalMs: number;
}

async function follow(
  sampler: Sampler,
  { intervalMs }: View,
  once: boolean,
  show: (snapshot: Snapshot) => void,
): Promise<void> {
  const signal = interruption();
  const observer = new Observer();
  // Without a sample before it a view has no rates.
  if (once) observer.observe(await sampler.sample(), Date.now());
  for (;;) {
    if (once) await pause(intervalMs, signal);
    const snapshot = observer.observe(await sampler.sample(), Date.now());
    if (signal.aborted) return;
    demandAnswers(snapshot, sampler);
    show(snapshot);
    if (once) return;
    await pause(intervalMs, signal);
  }
}

async function showOnScreen(sampler: Sampler, { title, intervalMs }: View): Promise<void> {
  const observer = new Observer();
  const first = observer.observe(await sampler.sample(), Date.now());
  demandAnswers(first, sampler);
  using screen = new Screen();
  const signal = AbortSignal.any([interruption(), screen.ended]);
  let snapshot = first;
  const draw = () =>
    screen.draw(renderTop(snapshot, `${title}  every ${intervalMs / 1000} s  q quits`, screen.width, paint));
  process.stdout.on('resize', draw);
  while (!signal.aborted) {
    draw();
    await pause(intervalMs, signal);
    if (signal.aborted) break;
    snapshot = observer.observe(await sampler.sample(), Date.now());
  }
  process.stdout.off('resize', draw);
}

/** One machine may be gone, or busy; all of them are no lab. @throws Fault (69) */
function demandAnswers({ silent }: Snapshot, { machines, lab }: Sampler): void {
  if (silent.length === machines.length)
    throw new Fault(
      ExitCode.hostLacks,
      `no machine of lab "${lab}" answers`,
      'miglab status shows what is up.',
    );
}

const pause = (ms: number, signal: AbortSignal) =>
  setTimeout(ms, undefined, { signal }).catch(() => undefined);

const asJson = ({ at, counters, ...rest }: Snapshot) => ({
  ...{ at: new Date(at).toISOString(), ...rest },
  counters: Object.fromEntries(counters.map(({ machine, values }) => [machine, Object.fromEntries(values)])),
});
