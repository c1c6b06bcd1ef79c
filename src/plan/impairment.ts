// SPDX-License-Identifier: GPL-2.0-only
import { type Impairment, isWireKind, parametersOf, type WireKind, zeroOf } from '../spec/impairment.ts';
import { instant } from '../spec/quantity.ts';
import type { LabPlan } from './lab.ts';

interface Planned {
  /** What its times count from: 0 is just before the process starts, N just before its Nth migration. */
  zero: number;
  /** ns; negative is before the migration. */
  beginNs: number;
  /** Percentages, `time` in ns, `bandwidth` in bit/s; in the order of the kind. */
  values: Record<string, number>;
}

export interface WireImpairment extends Planned {
  kind: WireKind;
  wire: string;
  from?: string;
  to?: string;
  /** Without it the impairment stays. */
  endNs?: number;
}

export interface MachineFault extends Planned {
  kind: 'power-cut' | 'pause';
  machine: string;
}

export type PlannedImpairment = WireImpairment | MachineFault;

/** The impairment in numbers. Pure, as is everything here. */
export function planImpairment(impairment: Impairment): PlannedImpairment {
  const { kind, wire = '', from, to, machine = '', begin, end } = impairment;
  const planned = {
    ...{ zero: zeroOf(impairment), beginNs: instant.read(begin), values: parametersOf(impairment) },
  };
  if (!isWireKind(kind)) return { kind, machine, ...planned };
  return {
    ...{ kind, wire, ...(from ? { from } : {}), ...(to ? { to } : {}), ...planned },
    ...(end === undefined ? {} : { endNs: instant.read(end) }),
  };
}

export const isWireImpairment = (impairment: PlannedImpairment): impairment is WireImpairment =>
  isWireKind(impairment.kind);

/** How long before a zero's migration its first impairment begins: so long before the machines are told. ns */
export const leadNs = (impairments: readonly PlannedImpairment[], zero: number): number =>
  Math.max(0, ...impairments.filter((each) => each.zero === zero).map(({ beginNs }) => -beginNs));

/** Between two machines what one hears is what the other sends. */
export function bySender(lab: LabPlan, impairment: WireImpairment): WireImpairment {
  const wire = lab.wires.find(({ name }) => name === impairment.wire);
  const { to, ...rest } = impairment;
  if (wire?.kind !== 'pair' || to === undefined) return impairment;
  const from = wire.members.find((member) => member !== to);
  return from ? { ...rest, from } : impairment;
}
