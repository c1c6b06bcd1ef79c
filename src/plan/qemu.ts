// SPDX-License-Identifier: GPL-2.0-only
import { type LabPlan, type MachinePlan, macAddress, type WirePlan } from './lab.ts';

export type Accelerator = 'kvm' | 'tcg';

export interface BootPlan {
  accelerator: Accelerator;
  /** Paths, relative to the folder that QEMU is started in or absolute. */
  kernel: string;
  initramfs: string;
  /** A card for SSH over QEMU's user network; on the loopback port that the host's kernel gives. */
  mgmt: boolean;
  /** Captures, by wire, at this machine's card: file and bytes of each frame that are kept. */
  captures: { wire: string; file: string; snaplen: number }[];
  /** Every message of the kernel on the console, which takes time under emulation. */
  verboseConsole?: boolean;
}

/** Files of a machine in the lab's folder. QEMU runs in that folder, so that no socket path is ever too long. */
export const machineFiles = (machine: string) => ({
  console: `${machine}.console.log`,
  events: `${machine}.events.jsonl`,
  qmp: `${machine}.qmp`,
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
  const files = machineFiles(machine.name);
  const argv = [
    ...[
      '-name',
      `miglab-${machine.name}`,
      '-nodefaults',
      '-no-user-config',
      '-display',
      'none',
      '-no-reboot',
    ],
    ...['-machine', 'q35,usb=off,vmport=off', '-smp', '1', '-m', `${machine.memoryMb}M`],
    ...processor(boot.accelerator),
    ...['-kernel', boot.kernel, '-initrd', boot.initramfs, '-append', kernelCommandLine(machine, boot)],
    ...['-serial', `file:${files.console}`, '-serial', `file:${files.events}`],
    ...['-qmp', `unix:${files.qmp},server=on,wait=off`],
    ...['-device', 'virtio-rng-pci'],
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
  for (const { wire, file, snaplen } of boot.captures)
    argv.push('-object', `filter-dump,id=dump-${wire},netdev=${wire},file=${file},maxlen=${snaplen}`);
  return argv;
}

/** The mgmt network counts as the wire after the last; the machine's byte is that of its other cards. */
export const mgmtMac = (lab: LabPlan, machine: MachinePlan): string =>
  macAddress(lab.wires.length, Number.parseInt(machine.nics[0]?.mac.slice(-2) ?? '0', 16));

// A named model: `max` differs between QEMU versions, and with 7.2 crashes kernels from 6.12 on in cmpxchg16b.
const processor = (accelerator: Accelerator) =>
  accelerator === 'kvm'
    ? ['-accel', 'kvm', '-cpu', 'host']
    : ['-accel', 'tcg,thread=multi,tb-size=256', '-cpu', 'Nehalem-v1'];

// Half of a boot under emulation goes into self-tests, calibration and processor mitigations: 3.6 s with, 2.0 s without.
const kernelCommandLine = (machine: MachinePlan, { verboseConsole }: BootPlan) =>
  [
    ...['console=ttyS0', verboseConsole ? 'loglevel=8' : 'quiet', 'panic=-1', 'oops=panic'],
    `miglab.machine=${machine.name}`,
    ...['mitigations=off', 'tsc=reliable', 'no_timer_check', 'cryptomgr.notests'],
  ].join(' ');

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
