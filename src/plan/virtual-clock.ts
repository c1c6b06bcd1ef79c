// SPDX-License-Identifier: GPL-2.0-only
import type { PlannedImpairment } from './impairment.ts';
import type { LabPlan, MachinePlan } from './lab.ts';
import { lockstepImpairments } from './lockstep-impairments.ts';

/** The virtual clock's zero, seconds since 1970: every machine begins on the first of January 2026. */
const epochS = 1_767_225_600;

/** The file in a lab's folder that describes it to the lockstep plugin. */
export const lockstepFile = 'lockstep.conf';

export interface CardCapture {
  machine: string;
  wire: string;
  file: string;
  snaplen: number;
}

/**
 * What QEMU is told besides what every machine has, so that a machine's clock counts its instructions and nothing of
 * the host reaches it. Pure.
 *
 * @param plugin path of the lockstep plugin
 */
export const virtualClock = (lab: LabPlan, machine: MachinePlan, plugin: string): string[] => [
  ...['-icount', `shift=${Math.log2(machine.instructionNs)},sleep=off`],
  ...['-rtc', 'base=2026-01-01T00:00:00,clock=vm'],
  ...['-seed', String(lab.machines.indexOf(machine) + 1)],
  ...['-plugin', `${plugin},config=${lockstepFile},machine=${machine.name}`],
];

/** Completions of the default, a bottom half, come when the host pleases; a timer's come at their instant. */
export const exactCard = (wire: string, mac: string): string[] => [
  '-device',
  `virtio-net-pci,netdev=${wire},mac=${mac},romfile=,ioeventfd=off,tx=timer,x-txtimer=2000`,
];

export interface VirtualRun {
  /** Every machine ends when so much virtual time has passed. */
  deadlineS: number;
  /** What goes wrong, and the seed of its chances. */
  impairments: readonly PlannedImpairment[];
  seed: number;
}

/** The lab as the lockstep plugin reads it (lab/lockstep/config.c). Pure. */
export function lockstepConfig(
  lab: LabPlan,
  captures: readonly CardCapture[],
  { deadlineS, impairments, seed }: VirtualRun,
): string {
  const lines = [
    ...lab.machines.map(({ name }) => `machine ${name}`),
    ...lab.wires.map(
      ({ name, kind, bandwidth, latencyNs, queueBytes, moderationNs }) =>
        `wire ${name} ${kind === 'pair' ? 'pair' : 'switch'} ${bandwidth} ${latencyNs} ${queueBytes} ${moderationNs}`,
    ),
    ...lab.machines.flatMap(({ name, nics }) => nics.map(({ wire, mac }) => `port ${wire} ${name} ${mac}`)),
    ...captures.map(({ wire, machine, file, snaplen }) => `capture ${wire} ${machine} ${file} ${snaplen}`),
    `deadline ${Math.round(deadlineS * 1e9)}`,
    `epoch ${epochS}`,
    ...lockstepImpairments(lab, impairments, seed),
  ];
  return `${lines.join('\n')}\n`;
}
