// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { judgePassing, judgeWire, type Passing, passingEvents } from '../analysis/passing.ts';
import { addressOn, type LabPlan } from '../plan/lab.ts';
import { type PassingPlan, passingScenario } from '../plan/passing.ts';
import type { SimpleCell, SimpleEngine } from './simple.ts';

/** A cell that was carried out. `problem` is empty when the machines ended well. */
export interface PassedCell extends Passing {
  id: string;
  problem: string;
}

const capture = 'public.pcap';
/** Of a frame: its headers; payload is verified at both ends. */
const snaplen = 128;

const peerOf = ({ machines }: LabPlan) => machines.find(({ role }) => role === 'peer')?.name ?? '';

/** The cell as its events and its capture tell it. */
export const judgePasses: SimpleEngine<SimpleCell, PassedCell>['judge'] = async (
  { id },
  lab,
  { directory, events, problem },
) => {
  const file = join(directory, capture);
  const peer = addressOn(lab, peerOf(lab), lab.cluster.wire);
  const wire = existsSync(file) ? await judgeWire(file, peer) : new Map();
  return { id, ...judgePassing(passingEvents(events), wire), problem };
};

/** Connections that servers pass to each other: every pass and every connection, in passes.json. */
export const passing: SimpleEngine<PassingPlan, PassedCell> = {
  results: 'passes.json',
  scenario: passingScenario,
  captures: (lab) => [{ machine: peerOf(lab), wire: lab.cluster.wire, file: capture, snaplen }],
  progress: { event: 'pass', tell: (count, cell) => `${count} of ${cell.passes} passes` },
  judge: judgePasses,
};
