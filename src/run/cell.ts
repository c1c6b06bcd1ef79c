// SPDX-License-Identifier: GPL-2.0-only
import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { writeLayer } from '../image/cpio.ts';
import type { Clock } from '../plan/experiment.ts';
import type { PlannedImpairment } from '../plan/impairment.ts';
import { type LabPlan, withMemory } from '../plan/lab.ts';
import { hostsFile, type LayerFile, machineFile, scenarioFile } from '../plan/layer.ts';
import { machineFiles } from '../plan/qemu.ts';
import { findPanic, LineFollower, lastLines, readConsole } from '../vm/console.ts';
import { requireRoom } from '../vm/disk.ts';
import { requireRightClock } from '../vm/guest-clock.ts';
import { type LabBoot, startLab } from '../vm/lab.ts';
import { isAlive } from '../vm/lifetime.ts';
import { forgetLab, type LabState, labFolder, type MachineState } from '../vm/state.ts';
import { claimLab, stopLab } from '../vm/teardown.ts';
import { waitFor } from '../vm/wait.ts';
import { type Ground, leastMemory } from './ground.ts';
import { keepBoot } from './kept-boot.ts';
import { assembleKernels } from './kernels.ts';

export interface CellBoot {
  /** Name of the lab while it runs; unique on this host. */
  name: string;
  plan: LabPlan;
  ground: Ground;
  /** The script that each machine carries out by itself. */
  scenarios: Record<string, string>;
  /** More files in every machine. */
  files?: readonly LayerFile[];
  clock: Clock;
  /** On the virtual clock the wires' and machines' own doing; on the real one the scenarios'. */
  impairments?: readonly PlannedImpairment[];
  /** Of the impairments' chances. */
  seed?: number;
  /** Seconds of the machines' clock. */
  timeoutS: number;
  captures: LabBoot['captures'];
  /** Where consoles, events and captures go. */
  directory: string;
  /** The kernels' every message on the consoles. */
  verboseConsole?: boolean;
  /** Keeps also what the machines were started from: see `keepBoot`. */
  keepAll?: boolean;
  signal?: AbortSignal;
  /** Told of each event line as it comes. */
  onEvent?: (machine: string, line: string) => void;
}

/** How a boot ended. `problem` is empty when every machine carried out its scenario. */
export interface CellOutcome {
  problem: string;
  /** What QEMU said when it could not write a capture any more; empty when it could. */
  captureStopped: string;
}

/**
 * Boots the lab, lets every machine carry out its scenario, and collects what it left, also of a boot that failed.
 * Nothing of it runs when this returns. A problem in the machines is an outcome, one of the host is thrown.
 */
export async function runCell(cell: CellBoot): Promise<CellOutcome> {
  const folder = await claimLab(cell.name, 'run');
  try {
    const boot = await prepareBoot(cell, folder);
    if (cell.keepAll) await keepBoot(boot, cell.directory);
    const state = await startLab(boot);
    let problem = '';
    try {
      problem = await watchMachines(cell, state);
      requireRoom(folder); // What the machines told last may be missing, and nobody has said why.
    } finally {
      await stopKeeping(cell, state);
    }
    return { problem, captureStopped: await stoppedCapture(cell) };
  } finally {
    forgetLab(cell.name);
  }
}

async function prepareBoot(cell: CellBoot, folder: string): Promise<LabBoot> {
  const { ground } = cell;
  const plan = withMemory(cell.plan, leastMemory(ground));
  const layer = [
    ...plan.machines.map((machine) => machineFile(plan, machine, false)),
    ...plan.machines.map((machine) => scenarioFile(machine, cell.scenarios[machine.name] ?? '')),
    hostsFile(plan),
    ...(cell.files ?? []),
    { path: 'etc/miglab/secret', mode: 0o600, content: secretOf(cell) },
  ];
  const kernels = await assembleKernels(plan, ground, folder, [writeLayer(layer)]);
  return {
    ...{ name: cell.name, purpose: 'run', plan, qemu: ground.qemu.argv, captures: cell.captures },
    ...{ processors: ground.acceleration, ...kernels, mgmt: false },
    ...(cell.clock === 'virtual'
      ? {
          virtual: {
            ...{ plugin: ground.lockstep.plugin, deadlineS: cell.timeoutS },
            ...{ impairments: cell.impairments ?? [], seed: cell.seed ?? 0 },
          },
        }
      : {}),
    ...{ verboseConsole: cell.verboseConsole === true, ...(cell.signal ? { signal: cell.signal } : {}) },
  };
}

/** On the virtual clock the same cell has the same secret: its bytes decide how long it is worked with. */
const secretOf = ({ clock, scenarios }: CellBoot) =>
  (clock === 'virtual'
    ? createHash('sha256').update(JSON.stringify(scenarios)).digest()
    : randomBytes(32)
  ).toString('hex');

/** Waits until every machine has powered off, or one is lost. @returns the first problem, or the empty string. */
async function watchMachines(cell: CellBoot, state: LabState): Promise<string> {
  const others = new AbortController();
  const signal = cell.signal ? AbortSignal.any([cell.signal, others.signal]) : others.signal;
  const ends = state.machines.map((machine) => watchMachine(cell, state, machine, signal));
  try {
    await Promise.all(ends);
    return '';
  } catch (error) {
    others.abort(); // One machine is lost: the others would wait for it at a barrier.
    await Promise.allSettled(ends);
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

/** Waits for one machine's power-off. @throws Fault when it did not carry out its scenario, with the last console lines. */
async function watchMachine(
  cell: CellBoot,
  state: LabState,
  machine: MachineState,
  signal: AbortSignal,
): Promise<void> {
  const folder = labFolder(state.name);
  const files = machineFiles(machine.name);
  const events = new LineFollower(join(folder, files.events));
  const ready = `miglab: ${machine.name} ready`;
  let console = '';
  let isReady = false;
  let complaining = 0;
  const wait = {
    what: `${machine.name}: end of the scenario`,
    // On the virtual clock a machine that hangs ends by itself, at the cell's deadline.
    timeoutMs: cell.clock === 'virtual' ? Number.POSITIVE_INFINITY : cell.timeoutS * 1000,
    path: folder,
    detail: () => lastLines(console),
    signal,
  };
  await waitFor(wait, async () => {
    const alive = isAlive(machine.process);
    const before = console;
    console = await readConsole(join(folder, files.console));
    for (const line of await events.next()) cell.onEvent?.(machine.name, line);
    const panic = findPanic(console);
    // When it has said all that it had to say, or others go on saying things.
    if (panic && (console === before || !alive || ++complaining > 8))
      throw new Fault(ExitCode.nothingMeasured, `${machine.name}: ${panic}\n${lastLines(console)}`);
    if (!isReady && console.includes(ready)) {
      if (cell.clock === 'real') requireRightClock(machine, console, ready);
      isReady = true;
    }
    return alive ? undefined : true;
  });
  const code = new RegExp(`miglab: ${machine.name} scenario exit (\\d+)`).exec(console)?.[1];
  if (code === '0' || (await lostPower(cell, join(folder, files.log), machine))) return;
  const what = code
    ? `its scenario ended with ${code}`
    : `ended before its scenario did${await lastWord(join(folder, files.log))}`;
  throw new Fault(ExitCode.nothingMeasured, `${machine.name}: ${what}\n${lastLines(console)}`);
}

/** What QEMU or its plugin said at the end, to be put behind a sentence. */
async function lastWord(log: string): Promise<string> {
  const line = (await readConsole(log)).trim().split('\n').at(-1);
  return line ? ` (${line})` : '';
}

/** Whether the machine ended because it was to lose its power. */
async function lostPower(
  { impairments = [] }: CellBoot,
  log: string,
  { name }: MachineState,
): Promise<boolean> {
  const isPlanned = impairments.some((each) => each.kind === 'power-cut' && each.machine === name);
  return isPlanned && (await readConsole(log)).includes('lockstep: power cut');
}

/** Ends what still runs, then keeps consoles, events, QEMU's output and captures; the lab's folder goes afterwards. */
async function stopKeeping(cell: CellBoot, state: LabState): Promise<void> {
  const folder = labFolder(state.name);
  await stopLab(state.name, () => collect(cell, folder));
}

/** QEMU's filter-dump tells on its standard error that it gives up, and the guest goes on (net/dump.c). */
async function stoppedCapture(cell: CellBoot): Promise<string> {
  for (const { machine } of cell.captures) {
    const said = await readConsole(join(cell.directory, machineFiles(machine).log));
    const line = /.*stopping dump.*/.exec(said)?.[0];
    if (line) return line.trim();
  }
  return '';
}

async function collect(cell: CellBoot, folder: string): Promise<void> {
  await mkdir(cell.directory, { recursive: true });
  const names = cell.plan.machines.flatMap(({ name }) => {
    const { console, events, log } = machineFiles(name);
    return [console, events, log];
  });
  for (const name of [...names, ...cell.captures.map(({ file }) => file)])
    await copyFile(join(folder, name), join(cell.directory, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error; // A machine that never started left none.
    });
  for (const [machine, script] of Object.entries(cell.scenarios))
    await writeFile(join(cell.directory, `${machine}.scenario.sh`), script);
}
