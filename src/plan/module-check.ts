// SPDX-License-Identifier: GPL-2.0-only
import type { ModuleExperiment } from '../spec/module-experiment.ts';
import type { LabPlan, MachinePlan } from './lab.ts';
import { guestFiles, modulePath } from './script.ts';

/** One boot of one machine, in which a program checks the module. */
export interface CheckPlan {
  id: string;
  check: ModuleExperiment['cells'][number]['check'];
  families: string[];
  /** None where the check chooses them. */
  directions: string[];
  /** Names, or beginnings of names; all when there is none. */
  situations: string[];
  timeoutS: number;
}

/** Every cell of the experiment, in order. Pure. */
export const planChecks = ({ cells, timeout_s }: ModuleExperiment): CheckPlan[] =>
  cells.map((cell, index) => ({
    id: `${String(index + 1).padStart(2, '0')}-${cell.check}`,
    directions: [],
    ...cell,
    timeoutS: timeout_s,
  }));

/** The first node of a lab, without wires: its network namespaces are all the cluster that a check needs. */
export function aloneIn(lab: LabPlan): LabPlan {
  const node = lab.machines.find(({ role }) => role === 'node');
  if (!node) throw new Error(`no node in ${lab.topology}`);
  return { ...lab, machines: [{ ...node, nics: [] }], wires: [] };
}

const complaints = '/run/miglab/states.err';

/**
 * What the machine carries out. What fails in a trial is an event, not the scenario's failure; that the module cannot be
 * unloaded afterwards, or that the kernel complained, is. Pure.
 */
export function checkScenario(machine: MachinePlan, check: CheckPlan): string {
  const { events } = guestFiles;
  return [
    '#!/bin/sh',
    `# ${machine.name}: ${check.id}`,
    'set -eu',
    `echo ${machine.name} > /run/miglab/machine`,
    'fail() { say scenario-end status=failed "reason=$*"; echo "$*"; exit 1; }',
    `: >> ${events}`,
    `say --forward ${events} & forwarder=$!`,
    'modprobe -a tun tls tcp_bbr || fail "a driver cannot be loaded"',
    `insmod ${modulePath} || fail "the module cannot be loaded: $(dmesg | tail -n 3)"`,
    `tcpmig-states ${statesOptions(check)} >> ${events} 2> ${complaints} || [ $? = 1 ] || fail "tcpmig-states ended with $?: $(tail -n 3 ${complaints})"`,
    'say module "counters=$(cat /proc/net/tcpmig)"',
    'rmmod tcpmig || fail "the module is still in use"',
    "! dmesg | grep -E 'WARNING:|BUG:|Oops|refcount_t:|general protection' || fail 'the kernel complained'",
    '# The forwarder ends when it has passed on what is there.',
    'kill $forwarder; wait $forwarder || :',
    'say scenario-end status=ok',
    '',
  ].join('\n');
}

const statesOptions = ({ check, families, directions, situations }: CheckPlan): string =>
  [
    ...(check === 'changes' ? ['--change'] : []),
    ...families.map((name) => `--family ${name}`),
    ...directions.map((name) => `--direction ${name}`),
    ...situations.map((name) => `--case ${name}`),
  ].join(' ');
