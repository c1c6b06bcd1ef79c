// SPDX-License-Identifier: GPL-2.0-only
import type { CellFile } from '../analysis/cell-file.ts';
import type { CellPlan } from '../plan/experiment.ts';
import { isWireImpairment } from '../plan/impairment.ts';
import { addressOn, type LabPlan, type MachinePlan } from '../plan/lab.ts';
import { peerPort } from '../plan/load.ts';
import type { WireKind } from '../spec/impairment.ts';

/** cell.json: what was asked of this boot, who is who in its capture, and why the capture stopped, if it did. */
export function cellRecord(lab: LabPlan, cell: CellPlan, attempt: number, stopped = ''): CellFile {
  const onPublic = (machine: MachinePlan) => ({
    name: machine.name,
    public_mac: machine.nics.find(({ wire }) => wire === lab.cluster.wire)?.mac ?? '',
    public_address: addressOn(lab, machine.name, lab.cluster.wire),
  });
  const [peer] = lab.machines.filter(({ role }) => role === 'peer');
  if (!peer) throw new Error('the lab has no peer');
  return {
    ...{
      version: 1,
      cell: cell.id,
      attempt,
      seed: cell.seed,
      engine: cell.engine,
      clock: cell.clock,
    },
    ...{ image_mb: cell.imageMb, role: cell.role, rate_mb_s: cell.rateMbS, peer_rate_mb_s: cell.peerRateMbS },
    ...{ rcvbuf: cell.rcvbuf, interval_s: cell.intervalS, repetitions: cell.repetitions },
    ...(cell.warmUpMigrations ? { warm_up_migrations: cell.warmUpMigrations } : {}),
    ...(cell.impairments.length > 0 ? impairmentFacts(lab, cell) : {}),
    nodes: lab.machines
      .filter(({ role }) => role === 'node')
      .map((node) => ({ ...onPublic(node), private_address: addressOn(lab, node.name, 'private') })),
    peer: { ...onPublic(peer), port: cell.peerPort ?? peerPort },
    capture: { file: `${lab.cluster.wire}.pcap`, ...(stopped ? { stopped } : {}) },
  };
}

const impairmentFacts = (lab: LabPlan, cell: CellPlan) => ({
  impairments: cell.impairments,
  wire_reorders: reachesCapture(lab, cell, ['delay', 'jitter', 'reordering']),
  wire_corrupts: isCorrupted(lab, cell),
});

/** Whether one of these impairments is on the way of a node's frames to the peer, where they are captured. */
function reachesCapture(lab: LabPlan, cell: CellPlan, kinds: readonly WireKind[]): boolean {
  const role = (name: string | undefined) => lab.machines.find((machine) => machine.name === name)?.role;
  return cell.impairments
    .filter(isWireImpairment)
    .some(
      ({ wire, kind, from, to }) =>
        wire === lab.cluster.wire && kinds.includes(kind) && role(from) !== 'peer' && role(to) !== 'node',
    );
}

/** Then the capture keeps whole frames, whose checksums tell. */
export const isCorrupted = (lab: LabPlan, cell: CellPlan): boolean =>
  reachesCapture(lab, cell, ['corruption']);
