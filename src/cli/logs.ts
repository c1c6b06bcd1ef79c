// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { ExitCode, Fault } from '../fault.ts';
import { machineFiles } from '../plan/qemu.ts';
import { runFolder } from '../run/run-folder.ts';
import { LineFollower } from '../vm/console.ts';
import { labFolder, loadLab } from '../vm/state.ts';
import { waitFor } from '../vm/wait.ts';
import { type Colour, paint } from './colour.ts';
import { interruption } from './interruption.ts';
import { positiveInteger } from './number.ts';
import { print } from './output.ts';

interface Log {
  /** Before each line; empty when there is one machine. */
  label: string;
  follower: LineFollower;
}

export const logs = (program: Command) =>
  program
    .command('logs')
    .description('consoles of the machines, and what their QEMUs said')
    .argument('[machine]', 'one machine alone')
    .option('-n, --name <NAME>', 'name of the lab', 'lab')
    .addOption(
      new Option('--cell <RUN/CELL>', 'of a cell that is over instead').conflicts(['name', 'follow']),
    )
    .option('-f, --follow', 'go on with what comes, until Ctrl-C or the end of the lab')
    .option('--events', 'the JSON lines that the machines reported instead')
    .option('--lines <N>', 'of each log so many at most, the last', positiveInteger)
    .addHelpText(
      'after',
      `
Examples:
  miglab logs
  miglab logs node-a -f
  miglab logs --cell figures-20260101t120000z/01-duplex-1mb-r20-p5 --events
`,
    )
    .action(async (machine: string | undefined, options) => {
      const signal = interruption();
      const folder = options.cell ? cellFolder(options.cell) : labFolder(options.name);
      const known = options.cell
        ? machinesIn(folder)
        : loadLab(options.name).machines.map(({ name }) => name);
      const logs = open(folder, chosen(known.sort(), machine), options.events);
      for (const log of logs) show(log, tail(await log.follower.next(), options.lines));
      if (options.follow && !options.cell) await follow(logs, folder, signal);
    });

/** Of RUN/CELL, or of a cell's own folder, a replay's too. @throws Fault (64) when there is no such run or cell */
function cellFolder(named: string): string {
  const path = named.replace(/\/+$/, '');
  if (isCell(path)) return path;
  const cut = path.lastIndexOf('/');
  const isRun = cut < 0 || existsSync(join(path, 'cells'));
  const cells = join(runFolder(isRun ? path : path.slice(0, cut)), 'cells');
  const cell = isRun ? '' : path.slice(cut + 1);
  if (cell && isCell(join(cells, cell))) return join(cells, cell);
  throw new Fault(
    ExitCode.usage,
    cell ? `no cell ${cell} in that run` : `${path} is a run: one of its cells is wanted, as RUN/CELL`,
    `It has ${readdirSync(cells).join(', ')}.`,
  );
}

const isCell = (folder: string) => existsSync(join(folder, 'cell.json'));

/** @throws Fault (64) when its machines have left nothing yet */
function machinesIn(folder: string): string[] {
  const found = readdirSync(folder).flatMap((file) => /^(.*)\.console\.log$/.exec(file)?.[1] ?? []);
  if (found.length > 0) return found;
  throw new Fault(
    ExitCode.usage,
    `there are no logs in ${folder}`,
    'They come there when the boot is over; until then they are those of its lab, which miglab status names.',
  );
}

function chosen(known: readonly string[], machine: string | undefined): readonly string[] {
  if (machine === undefined) return known;
  if (known.includes(machine)) return [machine];
  throw new Fault(ExitCode.usage, `no log of a machine "${machine}"`, `There is ${known.join(', ')}.`);
}

const colours: Colour[] = ['cyan', 'green', 'yellow'];

function open(folder: string, machines: readonly string[], events: boolean): Log[] {
  const width = Math.max(...machines.map((name) => name.length));
  return machines.flatMap((machine, index) => {
    const { console, log, events: reported } = machineFiles(machine);
    const label = (suffix: string) =>
      machines.length > 1 || suffix
        ? `${paint(colours[index % colours.length] ?? 'cyan', `${machine.padEnd(width)}${suffix}`)} | `
        : '';
    const follower = (file: string) => new LineFollower(join(folder, file));
    if (events) return [{ label: label(''), follower: follower(reported) }];
    return [
      { label: label(' qemu'), follower: follower(log) },
      { label: label(''), follower: follower(console) },
    ];
  });
}

const tail = (lines: string[], count: number | undefined) =>
  count === undefined ? lines : lines.slice(-count);

function show({ label }: Log, lines: readonly string[]): void {
  for (const line of lines) print(`${label}${line}`);
}

async function follow(logs: readonly Log[], folder: string, signal: AbortSignal): Promise<void> {
  const wait = { what: 'lines', timeoutMs: Number.POSITIVE_INFINITY, path: folder, signal };
  try {
    await waitFor(wait, async () => {
      for (const log of logs) show(log, await log.follower.next());
      return existsSync(folder) ? undefined : true;
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
