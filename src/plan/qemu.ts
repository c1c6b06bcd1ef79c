// SPDX-License-Identifier: GPL-2.0-only
import { type LabPlan, type MachinePlan, macAddress, type WirePlan } from './lab.ts';
import { type CardCapture, exactCard, virtualClock } from './virtual-clock.ts';

type Accelerator = 'kvm' | 'tcg';

/** How the processors of machines are run here. */
export interface Processors {
  accelerator: Accelerator;
  /** How fast the time-stamp counter of an emulated machine on the real clock counts; else its kernel has to find out. */
  counterKhz?: number | undefined;
}

export interface KernelBoot extends Processors {
  /** Paths, relative to the folder that QEMU is started in or absolute. */
  kernel: string;
  initramfs: string;
  /** Every message of the kernel on the console, which takes time under emulation. */
  verboseConsole?: boolean;
  /** More of the kernel's command line, as the image wants it. */
  arguments?: readonly string[];
}

export interface BootPlan extends KernelBoot {
  /**
   * A machine for people: with a card for SSH over QEMU's user network, on the loopback port that the host's kernel
   * gives, and told over its second serial port who it is (setup.ts).
   */
  mgmt: boolean;
  /** Path of the lockstep plugin: the machine runs on the virtual clock. */
  lockstep?: string;
  /** Goes on where a saved machine waited, instead of booting. */
  saved?: SavedMachine;
  /** Captures, by wire, at this machine's card: file and bytes of each frame that are kept. */
  captures: CardCapture[];
}

/** A machine that was saved while it waited to be told who it is; any machine with as much memory can go on from it. */
export interface SavedMachine {
  /** File of its memory, which is mapped copy on write, and of everything else. */
  memory: string;
  state: string;
  /** Cards that it has; a machine of fewer leaves the others down. */
  cards: number;
}

/** Files of a machine in the lab's folder. QEMU runs in that folder, so that no socket path is ever too long. */
export const machineFiles = (machine: string) => ({
  console: `${machine}.console.log`,
  events: `${machine}.events.jsonl`,
  qmp: `${machine}.qmp`,
  setup: `${machine}.setup`,
  log: `${machine}.qemu.log`,
});

/** The socket that the hub of a wire listens on for one other member. */
const wireSocket = (wire: string, member: string) => `${wire}.${member}.sock`;

/**
 * QEMU's arguments for one machine of the lab, for the real clock. Pure.
 *
 * A broadcast wire is a `hubport` hub inside the QEMU of the wire's hub machine, joined by a UNIX stream socket from
 * each other member; every frame reaches every card (QEMU: net/hub.c, net/stream.c).
 */
export function qemuArguments(lab: LabPlan, machine: MachinePlan, boot: BootPlan): string[] {
  if (boot.lockstep) return virtualArguments(lab, machine, boot, boot.lockstep);
  const files = machineFiles(machine.name);
  const argv = [
    ...base(`miglab-${machine.name}`, machine, boot.accelerator, boot.saved && mapped(boot.saved, machine)),
    ...(boot.saved
      ? ['-incoming', 'defer']
      : kernel(boot, boot.mgmt ? setupPort : `miglab.machine=${machine.name}`)),
    ...['-serial', `file:${files.console}`, ...secondSerial(files, boot.mgmt)],
    ...['-qmp', `unix:${files.qmp},server=on,wait=off`],
  ];
  for (const nic of machine.nics) {
    const wire = lab.wires.find(({ name }) => name === nic.wire);
    if (!wire) throw new Error(`no wire ${nic.wire}`);
    argv.push(...backend(wire, machine, lab.wires.indexOf(wire)), ...card(nic.wire, nic.mac));
  }
  if (boot.mgmt)
    argv.push(
      ...['-netdev', 'user,id=mgmt,restrict=on,hostfwd=tcp:127.0.0.1:0-:22'],
      ...card('mgmt', mgmtMac(lab, machine)),
    );
  const used = machine.nics.length + Number(boot.mgmt);
  for (let spare = used; spare < (boot.saved?.cards ?? used); spare++) argv.push(...unconnected(spare));
  for (const { wire, file, snaplen } of boot.captures)
    argv.push('-object', `filter-dump,id=dump-${wire},netdev=${wire},file=${file},maxlen=${snaplen}`);
  return argv;
}

/**
 * The same for the virtual clock. There is nothing by which a person or another process could reach the machine; the
 * plugin makes the backends of its cards, and takes the captures.
 */
function virtualArguments(lab: LabPlan, machine: MachinePlan, boot: BootPlan, plugin: string): string[] {
  const { console, events } = machineFiles(machine.name);
  return [
    ...chassis(`miglab-${machine.name}`, { ...machine, processors: 1 }, undefined),
    ...['-accel', 'tcg,thread=single,tb-size=256', '-cpu', 'Nehalem-v1,+rdrand'],
    ...virtualClock(lab, machine, plugin),
    ...kernel(
      { ...boot, counterKhz: virtualCounterKhz },
      `miglab.machine=${machine.name} miglab.end=${machine.nics[0]?.wire} nolapic_timer`,
    ),
    ...['-serial', `file:${console}`, '-serial', `file:${events}`],
    ...machine.nics.flatMap(({ wire, mac }) => exactCard(wire, mac)),
  ];
}

/**
 * QEMU's arguments for a machine that boots, waits to be told who it is, and is saved then. Its devices are those of
 * every machine that goes on from it; its memory is the file, relative to the folder that QEMU is started in. Pure.
 */
export function savingArguments(boot: KernelBoot, memoryMb: number, cards: number): string[] {
  const files = machineFiles('machine');
  const memory = `memory-backend-file,id=ram,size=${memoryMb}M,mem-path=memory,share=on`;
  return [
    ...base('miglab-machine', { memoryMb, processors: 1 }, boot.accelerator, memory),
    ...kernel(boot, setupPort),
    ...[
      '-serial',
      `file:${files.console}`,
      '-serial',
      'null',
      '-qmp',
      `unix:${files.qmp},server=on,wait=off`,
    ],
    ...Array.from({ length: cards }, (_, number) => unconnected(number)).flat(),
  ];
}

/** The mgmt network counts as the wire after the last; the machine's byte is that of its other cards. */
export const mgmtMac = (lab: LabPlan, machine: MachinePlan): string =>
  macAddress(lab.wires.length, Number.parseInt(machine.nics[0]?.mac.slice(-2) ?? '0', 16));

/** What every machine has, in the order in which QEMU gives devices their places. */
const base = (name: string, size: Size, accelerator: Accelerator, memory: string | undefined) => [
  ...chassis(name, size, memory),
  ...processor(accelerator),
  // The second tells a machine that was restored that others may have the same random numbers.
  ...['-device', 'virtio-rng-pci', '-device', 'vmgenid,guid=auto'],
];

type Size = Pick<MachinePlan, 'memoryMb' | 'processors'>;

const chassis = (name: string, { memoryMb, processors }: Size, memory: string | undefined) => [
  ...['-name', name, '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
  ...(memory ? ['-object', memory] : []),
  ...['-machine', `q35,usb=off,vmport=off${memory ? ',memory-backend=ram' : ''}`],
  ...['-smp', `${processors}`, '-m', `${memoryMb}M`],
];

/** The saved memory as it is on disk; what the machine writes stays its own. */
const mapped = ({ memory }: SavedMachine, { memoryMb }: MachinePlan) =>
  `memory-backend-file,id=ram,size=${memoryMb}M,mem-path=${memory},share=off,readonly=on,rom=off`;

const setupPort = 'miglab.setup=ttyS1';

const kernel = (boot: KernelBoot, role: string) => [
  ...['-kernel', boot.kernel, '-initrd', boot.initramfs, '-append', kernelCommandLine(role, boot)],
];

/** Events go to a file; where the port also brings the setup, what comes out of it is kept there all the same. */
const secondSerial = ({ events, setup }: ReturnType<typeof machineFiles>, mgmt: boolean) =>
  mgmt
    ? [
        '-chardev',
        `socket,id=setup,path=${setup},server=on,wait=off,logfile=${events}`,
        '-serial',
        'chardev:setup',
      ]
    : ['-serial', `file:${events}`];

/** A card that nobody else hears. */
const unconnected = (number: number) => [
  ...['-netdev', `hubport,id=spare${number},hubid=${100 + number}`],
  ...card(`spare${number}`, macAddress(0xff, number)),
];

// A named model: `max` differs between QEMU versions, and with 7.2 crashes kernels from 6.12 on in cmpxchg16b.
const processor = (accelerator: Accelerator) =>
  accelerator === 'kvm'
    ? ['-accel', 'kvm', '-cpu', 'host']
    : ['-accel', 'tcg,thread=multi,tb-size=256', '-cpu', 'Nehalem-v1'];

// Half of a boot under emulation goes into self-tests, calibration and processor mitigations: 3.6 s with, 2.0 s without.
const kernelCommandLine = (role: string, { verboseConsole, counterKhz, arguments: more = [] }: KernelBoot) =>
  [
    ...['console=ttyS0', verboseConsole ? 'loglevel=8' : 'quiet', 'panic=-1', 'oops=panic', role],
    ...['mitigations=off', 'tsc=reliable', 'no_timer_check', 'cryptomgr.notests'],
    ...(counterKhz ? [`tsc_early_khz=${counterKhz}`] : []),
    ...more,
  ].join(' ');

// With -icount the time-stamp counter counts nanoseconds. Calibration reads ports for millions of instructions, each of
// which is a way out of the emulated code: of a timer that has no known rate a third of a boot's time.
const virtualCounterKhz = 1_000_000;

const card = (netdev: string, mac: string) => [
  '-device',
  `virtio-net-pci,netdev=${netdev},mac=${mac},romfile=`,
];

function backend(wire: WirePlan, machine: MachinePlan, number: number): string[] {
  const connect = (id: string, member: string, server: 'on' | 'off') => [
    '-netdev',
    `stream,id=${id},server=${server},addr.type=unix,addr.path=${wireSocket(wire.name, member)}`,
  ];
  if (machine.name !== wire.hub) return connect(wire.name, machine.name, 'off');
  const others = wire.members.filter((member) => member !== machine.name);
  if (wire.kind === 'pair') return others.flatMap((member) => connect(wire.name, member, 'on'));
  return [
    ...['-netdev', `hubport,id=${wire.name},hubid=${number}`],
    ...others.flatMap((member) => [
      ...connect(`${wire.name}-${member}`, member, 'on'),
      ...['-netdev', `hubport,id=${wire.name}-hub-${member},hubid=${number},netdev=${wire.name}-${member}`],
    ]),
  ];
}
