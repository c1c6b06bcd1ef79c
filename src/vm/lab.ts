// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import type { LabPlan, MachinePlan } from '../plan/lab.ts';
import { machineFiles, type Processors, qemuArguments, type SavedMachine } from '../plan/qemu.ts';
import { type CardCapture, lockstepConfig, lockstepFile, type VirtualRun } from '../plan/virtual-clock.ts';
import { waitForLine, waitingLine } from './awaited-line.ts';
import { lastLines, readConsole } from './console.ts';
import { diskFault } from './disk.ts';
import { isAlive, startDetached } from './lifetime.ts';
import { preloading } from './lockstep.ts';
import { requireMemory } from './memory.ts';
import { Qmp } from './qmp.ts';
import { resumeMachine } from './saved-machine.ts';
import { sendText } from './send-text.ts';
import { type LabState, labFolder, type MachineState, saveLab } from './state.ts';
import { stopLab } from './teardown.ts';
import { waitFor } from './wait.ts';

export interface LabBoot {
  name: string;
  purpose: LabState['purpose'];
  plan: LabPlan;
  qemu: readonly string[];
  processors: Processors;
  kernel: string;
  /** More of the kernel's command line. */
  arguments?: readonly string[];
  initramfs: string;
  /** Instead of these, by the machine's name. */
  own?: ReadonlyMap<string, Kernel>;
  mgmt: boolean;
  /** Saved machines by their memory in MiB, to go on from instead of booting. */
  saved?: ReadonlyMap<number, SavedMachine>;
  /** What each machine that waits is told: scripts by the machine's name. */
  setups?: Record<string, string>;
  captures: CardCapture[];
  /** The machines run on the virtual clock. */
  virtual?: VirtualClock;
  verboseConsole?: boolean;
  signal?: AbortSignal;
}

/** What a machine boots. */
export interface Kernel {
  kernel: string;
  arguments?: readonly string[];
  initramfs: string;
}

interface VirtualClock extends VirtualRun {
  /** Path of the lockstep plugin. */
  plugin: string;
}

/** QEMU's whole command line for one machine; it runs in the lab's folder. */
const commandLine = (boot: LabBoot, machine: MachinePlan): string[] => [
  ...(boot.virtual ? preloading(boot.qemu, boot.virtual.plugin) : boot.qemu),
  ...qemuArguments(boot.plan, machine, {
    ...boot.processors,
    ...kernelOf(boot, machine),
    mgmt: boot.mgmt,
    ...savedFor(boot, machine),
    captures: boot.captures.filter((capture) => capture.machine === machine.name),
    verboseConsole: boot.verboseConsole === true,
    ...(boot.virtual ? { lockstep: boot.virtual.plugin } : {}),
  }),
];

const kernelOf = ({ own, kernel, initramfs, arguments: more = [] }: LabBoot, { name }: MachinePlan): Kernel =>
  own?.get(name) ?? { kernel, initramfs, arguments: more };

const savedFor = ({ saved }: LabBoot, { memoryMb }: MachinePlan) => {
  const found = saved?.get(memoryMb);
  return found ? { saved: found } : {};
};

const memoryOf = ({ machines }: LabPlan, name: string) =>
  machines.find((machine) => machine.name === name)?.memoryMb ?? 0;

/** The same for every machine, in the order of their start. */
export const commandLines = (boot: LabBoot): { machine: string; argv: string[] }[] =>
  hubsFirst(boot.plan).map((machine) => ({ machine: machine.name, argv: commandLine(boot, machine) }));

/**
 * Starts every machine of the lab, those that carry wires first, and keeps the state of each. The machines boot on
 * when this returns. What was started is ended again when one cannot be started.
 *
 * @throws Fault (69) when the host has not enough memory or disk, or QEMU does not start
 */
export async function startLab(boot: LabBoot): Promise<LabState> {
  const state: LabState = {
    ...{ schema: 2, name: boot.name, purpose: boot.purpose, topology: boot.plan.topology },
    ...{ image: boot.plan.image, accelerator: boot.processors.accelerator, machines: [] },
  };
  try {
    requireMemory(boot.plan);
    saveLab(state);
    if (boot.virtual)
      writeFileSync(join(labFolder(boot.name), lockstepFile), labDescription(boot, boot.virtual));
    for (const machine of hubsFirst(boot.plan)) {
      boot.signal?.throwIfAborted();
      state.machines.push(
        await startMachine(boot, machine, (started) =>
          saveLab({ ...state, machines: [...state.machines, started] }),
        ),
      );
      saveLab(state);
    }
  } catch (error) {
    await stopLab(boot.name).catch(() => undefined); // The first error is the one that counts.
    throw diskFault(error, labFolder(boot.name), 'XDG_STATE_HOME', '200 MB');
  }
  return state;
}

/** What the lockstep plugins of a lab read. */
export const labDescription = ({ plan, captures }: LabBoot, run: VirtualRun): string =>
  lockstepConfig(plan, captures, run);

/** A machine that listens for a wire comes before those that connect to it. */
function hubsFirst(plan: LabPlan): MachinePlan[] {
  const order: MachinePlan[] = [];
  const add = (machine: MachinePlan) => {
    if (order.includes(machine)) return;
    for (const { hub } of plan.wires.filter(({ members }) => members.includes(machine.name))) {
      const first = plan.machines.find(({ name }) => name === hub);
      if (first && first !== machine) add(first);
    }
    order.push(machine);
  };
  plan.machines.forEach(add);
  return order;
}

async function startMachine(
  boot: LabBoot,
  machine: MachinePlan,
  onStart: (state: MachineState) => void,
): Promise<MachineState> {
  const folder = labFolder(boot.name);
  const files = machineFiles(machine.name);
  const { identity } = await startDetached(commandLine(boot, machine), folder, files.log, folder);
  const state: MachineState = { name: machine.name, process: identity };
  onStart(state);
  // On the virtual clock nobody may speak to QEMU: it would answer at an instant of the host's.
  if (boot.virtual) return state;
  await using qmp = await waitFor(
    { what: `${machine.name}: QEMU's control socket`, timeoutMs: 20_000, path: folder, ...signalOf(boot) },
    async () => {
      if (!isAlive(identity)) {
        const said = lastLines(await readConsole(join(folder, files.log)));
        throw new Fault(ExitCode.hostLacks, `${machine.name}: QEMU ended at once\n${said}`);
      }
      return Qmp.open(folder, files.qmp).catch(() => undefined);
    },
  );
  await qmp.execute('query-status');
  if (boot.mgmt) state.sshPort = forwardedPort(await qmp.human('info usernet'));
  return state;
}

const signalOf = ({ signal }: LabBoot) => (signal ? { signal } : {});

/** The port of the host that QEMU forwards, from `info usernet`. */
function forwardedPort(text: string): number {
  const port = /TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)/.exec(text)?.[1];
  if (!port) throw new Fault(ExitCode.bug, `QEMU forwards no port:\n${text}`);
  return Number(port);
}

async function resume(folder: string, machine: string, saved: SavedMachine): Promise<void> {
  await using qmp = await Qmp.open(folder, machineFiles(machine).qmp);
  await resumeMachine(qmp, saved);
}

/** Lets each machine go on from where it waits, and tells it who it is. @throws as `waitForLine` does */
export async function setUpMachines(boot: LabBoot, state: LabState, timeoutMs: number): Promise<void> {
  const folder = labFolder(state.name);
  const tell = async (machine: MachineState) => {
    const { console, setup } = machineFiles(machine.name);
    const saved = boot.saved?.get(memoryOf(boot.plan, machine.name));
    // A saved machine has said before that it waits.
    if (saved) await resume(folder, machine.name, saved);
    else await waitForLine(machine, join(folder, console), waitingLine, timeoutMs, boot.signal);
    await sendText(folder, setup, boot.setups?.[machine.name] ?? '');
  };
  await Promise.all(state.machines.map(tell));
}

/**
 * Waits until each machine has printed its ready line.
 *
 * @throws Fault (2) for a panic, a machine that ended, Fault (124) at the deadline; each with the last console lines.
 * Fault (69) when the disk is full: what the machine then prints is lost.
 */
export async function waitUntilReady(
  state: LabState,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  await Promise.all(
    state.machines.map((machine) => {
      const console = join(labFolder(state.name), machineFiles(machine.name).console);
      return waitForLine(machine, console, `miglab: ${machine.name} ready`, timeoutMs, signal);
    }),
  );
}
