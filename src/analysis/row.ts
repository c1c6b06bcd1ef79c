// SPDX-License-Identifier: GPL-2.0-only
import { formatMac } from '../pcap/address.ts';
import { type CellFile, intervalNs } from './cell-file.ts';
import { leadsTo } from './connection.ts';
import { measureDelays } from './delay.ts';
import type { CellIntegrity, Integrity } from './integrity.ts';
import type { Measurement, WindowSample } from './measurement.ts';
import type { Incidents, Observation, Observed } from './observation.ts';
import { wasOvertaken } from './overtaking.ts';
import type { SourceRun } from './source-run.ts';
import type { Survey } from './survey.ts';
import type { Move } from './timeline.ts';
import { captureFaults, type GateFacts, judge } from './validity.ts';

/** All that is known of one migration; what is undefined could not be observed. */
export interface MoveFacts {
  move: Move;
  integrity: Integrity | undefined;
  observation: Observation | undefined;
  incidents: Incidents | undefined;
}

/** All that is known of the cell. */
export interface CellFacts {
  cell: CellFile;
  survey: Survey;
  lab: Observed['lab'];
  whole: CellIntegrity;
  lastMove: Move | undefined;
  /** Machines whose clock cannot be placed: then no migration of the cell can. */
  unplaced: string[];
}

type Figures = Omit<Measurement, 'status' | 'reason'>;

export function measurementOf(facts: CellFacts, own: MoveFacts): Measurement {
  const figures = figuresOf(facts, own);
  return { ...figures, ...judge(figures, gateFacts(facts, own)) };
}

/** The row of a migration that was asked for and did not happen. */
export function absentMeasurement(
  cell: CellFile,
  rep: number,
  status: Measurement['status'],
  reason: string,
): Measurement {
  const [first, second] = rep % 2 === 1 ? [0, 1] : [1, 0];
  const from = cell.nodes[first]?.name ?? '';
  const to = cell.nodes[second]?.name ?? '';
  return { ...identity(cell, rep, from, to), ...NOTHING, status, reason };
}

function identity(cell: CellFile, rep: number, from: string, to: string) {
  const { seed, engine, clock, image_mb, role, rate_mb_s, peer_rate_mb_s, attempt } = cell;
  return {
    cell: cell.cell,
    ...{ seed, engine, clock, from, to, image_mb, rep, role, rate_mb_s, peer_rate_mb_s, attempt },
  };
}

type Measured = Omit<Figures, keyof ReturnType<typeof identity>>;

const NOTHING: Measured = {
  ...{ delay_ms: null, delay_payload_ms: null, delay_ack_ms: null, freeze_ms: null, app_gap_ms: null },
  ...{ total_ms: null, total_bytes: null, window_before: null, window_min: null, window_after: null },
  ...{ retransmits: null, captured: null, reinjected: null, rst: null, bytes_wrong: null },
  ...{ tx_before_mb_s: null, peer_tx_before_mb_s: null, tx_lab_mb_s: null, peer_tx_lab_mb_s: null },
  ...{ tx_after_mb_s: null, peer_tx_after_mb_s: null, retransmits_node: null, retransmits_peer: null },
  ...{ seq_backwards: null, ack_backwards: null, ts_backwards: null, image_ms: null, sockets_ms: null },
  ...{ duplicates: null, dropped: null, rcv_queue: null, ofo_queue: null, rtx_queue: null },
  ...{ write_queue: null, threads: null, window_scale: null, freeze_at_ms: null, clock_uncertainty_ms: null },
};

function figuresOf(facts: CellFacts, own: MoveFacts): Figures {
  const { cell, survey, lab } = facts;
  const { move, integrity } = own;
  return {
    ...identity(cell, move.rep, move.from, move.to),
    ...NOTHING,
    ...originFigures(cell, move),
    ...delayFigures(move),
    ...(own.observation ? wireFigures(own.observation, survey.nodeScale) : {}),
    ...(own.incidents ? incidentFigures(own.incidents) : {}),
    bytes_wrong: integrity?.bytesWrong ?? null,
    tx_lab_mb_s: megabytes(lab.node.bytesPerSecond()),
    peer_tx_lab_mb_s: megabytes(lab.peer.bytesPerSecond()),
    window_scale: survey.nodeScale ?? null,
    freeze_at_ms: ms(move.freezeAt),
    clock_uncertainty_ms: ms(survey.clocks.get(move.from)?.uncertaintyNs),
  };
}

/** From the origin's migration event, by the origin's clock alone. */
function originFigures(cell: CellFile, { event }: Move): Partial<Measured> {
  const connection = event.connections?.find((one) => leadsTo(cell, one));
  const { captured, duplicates, reinjected, dropped } = connection ?? {};
  const { rcv_queue, ofo_queue, rtx_queue, write_queue } = connection ?? {};
  return {
    freeze_ms: span(event.freeze_ns, event.resumed_ns),
    image_ms: span(event.freeze_ns, event.image_ns),
    sockets_ms: span(event.sockets_ns, event.resumed_ns),
    total_ms: span(event.begin_ns, event.end_ns),
    total_bytes: event.bytes ?? null,
    threads: event.threads ?? null,
    ...{ captured: captured ?? null, duplicates: duplicates ?? null },
    ...{ reinjected: reinjected ?? null, dropped: dropped ?? null },
    ...{ rcv_queue: rcv_queue ?? null, ofo_queue: ofo_queue ?? null },
    ...{ rtx_queue: rtx_queue ?? null, write_queue: write_queue ?? null },
  };
}

function delayFigures(move: Move): Partial<Measured> {
  const border = move.borders[0];
  if (border === undefined) return {};
  const { any, payload, ack } = measureDelays(border.origin, border.destination);
  return { delay_ms: ms(any), delay_payload_ms: ms(payload), delay_ack_ms: ms(ack) };
}

function wireFigures(observation: Observation, scale: number | undefined): Partial<Measured> {
  const { gap, window, before, after, retransmits } = observation;
  const advertised = window.summary();
  const scaled = (raw: number | undefined) =>
    raw === undefined || scale === undefined ? null : raw * 2 ** scale;
  return {
    app_gap_ms: ms(gap.longestNs),
    window_before: scaled(advertised.before),
    window_min: scaled(advertised.min),
    window_after: scaled(advertised.after),
    retransmits: retransmits.node + retransmits.peer,
    retransmits_node: retransmits.node,
    retransmits_peer: retransmits.peer,
    tx_before_mb_s: megabytes(before.node.bytesPerSecond()),
    peer_tx_before_mb_s: megabytes(before.peer.bytesPerSecond()),
    tx_after_mb_s: megabytes(after.node.bytesPerSecond()),
    peer_tx_after_mb_s: megabytes(after.peer.bytesPerSecond()),
  };
}

function incidentFigures(incidents: Incidents): Partial<Measured> {
  const { rst, seq, ack, timestamp } = incidents;
  return { rst, seq_backwards: seq, ack_backwards: ack, ts_backwards: timestamp };
}

function gateFacts(facts: CellFacts, own: MoveFacts): GateFacts {
  const { event, borders } = own.move;
  return {
    migrationStatus: event.status,
    migrationReason: event.reason ?? '',
    faults: event.status === 'refused' ? [] : faultsOf(facts, own),
    sourceChanges: borders.length,
    overtaken: wasOvertaken(runsOf(borders), own.move.originMac),
    wireReorders: facts.cell.wire_reorders === true,
    soak: facts.cell.warm_up_migrations !== undefined,
    alive: own.integrity?.alive ?? false,
    memoryVerified: own.integrity?.memoryVerified ?? false,
  };
}

/** The runs that meet at a migration's borders, each once. */
const runsOf = (borders: Move['borders']): SourceRun[] => [
  ...new Set(borders.flatMap(({ origin, destination }) => [origin, destination])),
];

function faultsOf(facts: CellFacts, { move, incidents }: MoveFacts): string[] {
  const { cell, survey, whole } = facts;
  const { capture, nodeScale } = survey;
  const faults = captureFaults({
    cell,
    lostBytes: incidents?.lostByCapture ?? 0,
    truncatedAt: capture.truncatedAt,
    lastNs: capture.lastNs,
    neededUntilNs: (move.destinationAt ?? 0) + 2 * intervalNs(cell),
  });
  if (facts.unplaced.length > 0)
    faults.push(`no mark from ${facts.unplaced.join(', ')}: the clock cannot be placed`);
  else if (move.freezeAt === undefined) faults.push('the migration event has no freeze_ns');
  else if (move.freezeAt < 0) faults.push('the freeze lies before the capture');
  if (nodeScale === undefined) faults.push('the handshake was not captured: window scale unknown');
  if (whole.bytesMissing > 0) faults.push(`${whole.bytesMissing} bytes missing at the end`);
  if (whole.badEnding !== undefined) faults.push(`connection ended: ${whole.badEnding}`);
  if (!whole.ended && move === facts.lastMove) faults.push('process lost: no workload-end');
  return [...faults, ...wrongMachines(move)];
}

function wrongMachines(move: Move): string[] {
  const border = move.borders[0];
  if (border === undefined) return [];
  const faults: string[] = [];
  if (border.origin.mac !== move.originMac)
    faults.push(
      `the segments before the move come from ${formatMac(border.origin.mac)}, not from the origin`,
    );
  if (border.destination.mac !== move.destinationMac)
    faults.push(
      `the segments after the move come from ${formatMac(border.destination.mac)}, not from the destination`,
    );
  return faults;
}

/** Rows of windows.csv: none where the freeze or the window scale is not known. */
export function windowSamplesOf(
  { cell, survey }: CellFacts,
  { move, observation }: MoveFacts,
): WindowSample[] {
  const { nodeScale } = survey;
  const { freezeAt } = move;
  if (observation === undefined || nodeScale === undefined || freezeAt === undefined) return [];
  return observation.window.curve.end().map(({ timeNs, window, mac }) => ({
    cell: cell.cell,
    image_mb: cell.image_mb,
    rep: move.rep,
    role: cell.role,
    t_ms: ms(timeNs - freezeAt) ?? 0,
    window_raw: window,
    window_bytes: window * 2 ** nodeScale,
    source: mac === move.originMac ? ('origin' as const) : ('destination' as const),
    attempt: cell.attempt,
  }));
}

/** Nanoseconds to milliseconds; a nanosecond is the last digit. */
const ms = (ns: number | undefined): number | null => (ns === undefined ? null : Math.round(ns) / 1e6);

const megabytes = (bytes: number | undefined): number | null => (bytes === undefined ? null : bytes / 1e6);

function span(start: number | null | undefined, end: number | null | undefined): number | null {
  return start == null || end == null || start === 0 || end === 0 ? null : ms(end - start);
}
