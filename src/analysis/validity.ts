// SPDX-License-Identifier: GPL-2.0-only
import type { CellFile } from './cell-file.ts';
import type { Measurement, Role, Status } from './measurement.ts';

export interface Verdict {
  status: Status;
  /** Why it is not valid; empty if it is. */
  reason: string;
}

interface GateParameters {
  /** Part of min(asked rate, what the lab carried) that must be held in the interval before the move. */
  rateHeld: number;
}
const GATE_DEFAULTS: GateParameters = { rateHeld: 0.8 };

/** Facts of the validity gate that are no columns of their own. */
export interface GateFacts {
  migrationStatus: 'ok' | 'refused' | 'aborted' | 'in-doubt' | 'lost';
  migrationReason: string;
  /** Why the capture or the events cannot be trusted for this migration. */
  faults: string[];
  /** Changes of the connection's source MAC that belong to this migration. */
  sourceChanges: number;
  /** Several changes, but only because the wire delivered the origin's last segments late. */
  overtaken: boolean;
  /** The wire was asked to change the order of frames on their way to the capture. */
  wireReorders: boolean;
  /** A soak: no time or rate is asked for, so neither needs to be comparable. */
  soak: boolean;
  alive: boolean;
  memoryVerified: boolean;
}

/** A wrong result is `invalid`, a question that was not put `inconclusive`; the first outweighs the second. */
export function judge(
  row: Omit<Measurement, 'status' | 'reason'>,
  facts: GateFacts,
  parameters = GATE_DEFAULTS,
): Verdict {
  const invalid = wrongs(row, facts);
  if (invalid.length > 0) return { status: 'invalid', reason: invalid.join('; ') };
  const inconclusive = gaps(row, facts, parameters);
  if (inconclusive.length > 0) return { status: 'inconclusive', reason: inconclusive.join('; ') };
  return { status: 'valid', reason: '' };
}

function wrongs(row: Omit<Measurement, 'status' | 'reason'>, facts: GateFacts): string[] {
  const { migrationStatus, migrationReason } = facts;
  const reasons = [...facts.faults];
  const why = migrationReason ? `: ${migrationReason}` : '';
  if (migrationStatus === 'aborted' || migrationStatus === 'in-doubt' || migrationStatus === 'lost')
    reasons.push(`migration ${migrationStatus}${why}`);
  if (row.bytes_wrong) reasons.push(`${row.bytes_wrong} wrong bytes`);
  if (row.rst) reasons.push(`${row.rst} RST`);
  if (row.seq_backwards) reasons.push(`sequence backwards in ${row.seq_backwards} segments`);
  const isInOrder = !facts.overtaken && !facts.wireReorders;
  if (row.ack_backwards && isInOrder)
    reasons.push(`acknowledgement backwards in ${row.ack_backwards} segments`);
  if (row.ts_backwards && isInOrder) reasons.push(`timestamp backwards in ${row.ts_backwards} segments`);
  if (migrationStatus !== 'ok') return reasons;
  if (facts.sourceChanges > 1 && !facts.overtaken)
    reasons.push(`two machines sent in turn: ${facts.sourceChanges} changes of source MAC`);
  if (!facts.alive) reasons.push('process lost: nothing from it on the destination');
  else if (!facts.memoryVerified) reasons.push('no full pass over the memory after the move');
  return reasons;
}

function gaps(
  row: Omit<Measurement, 'status' | 'reason'>,
  facts: GateFacts,
  parameters: GateParameters,
): string[] {
  if (facts.migrationStatus === 'refused') return [`migration refused: ${facts.migrationReason}`];
  if (row.delay_ms === null || facts.sourceChanges === 0)
    return ['nothing measured: no segment from the destination'];
  if (facts.soak) return [];
  if (facts.overtaken) return ["the wire delivered the origin's last segments after the destination's first"];
  return directions(row).flatMap(({ name, asked, before, lab }) => {
    const wanted = wantedRate(asked, lab);
    if (wanted === undefined) return [`${name}: too little traffic before the first move to know the rate`];
    if (before !== null && before > 0 && before >= wanted * parameters.rateHeld) return [];
    return [`${name}: ${format(before)} of ${format(wanted)} MB/s before the move`];
  });
}

/** min(asked, what the lab carried); asked 0 is as fast as it goes; undefined if neither is known. */
function wantedRate(asked: number, lab: number | null): number | undefined {
  if (asked === 0) return lab ?? undefined;
  return lab === null ? asked : Math.min(asked, lab);
}

const ACTIVE: Record<Role, CellDirection[]> = { source: ['node'], sink: ['peer'], duplex: ['node', 'peer'] };
type CellDirection = 'node' | 'peer';

function directions(row: Omit<Measurement, 'status' | 'reason'>) {
  const all = {
    node: { name: 'node', asked: row.rate_mb_s, before: row.tx_before_mb_s, lab: row.tx_lab_mb_s },
    peer: {
      name: 'peer',
      asked: row.peer_rate_mb_s,
      before: row.peer_tx_before_mb_s,
      lab: row.peer_tx_lab_mb_s,
    },
  };
  return ACTIVE[row.role].map((direction) => all[direction]);
}

const format = (rate: number | null) => (rate ?? 0).toFixed(2);

/** Faults of the capture around one migration: it must be whole until two intervals after the destination's first segment. */
export function captureFaults(facts: {
  cell: CellFile;
  lostBytes: number;
  truncatedAt: number | undefined;
  lastNs: number;
  neededUntilNs: number;
}): string[] {
  const { cell, lostBytes, truncatedAt, lastNs, neededUntilNs } = facts;
  const faults: string[] = [];
  if (cell.capture.stopped) faults.push(`the capture was stopped: ${cell.capture.stopped}`);
  if (lostBytes > 0) faults.push(`the capture lacks ${lostBytes} bytes that were acknowledged`);
  if (neededUntilNs > lastNs) {
    const how = truncatedAt === undefined ? 'ends' : `is cut at byte ${truncatedAt}`;
    faults.push(`the capture ${how} before the window after the move`);
  }
  return faults;
}
