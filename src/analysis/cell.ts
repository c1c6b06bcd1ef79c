// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CellFile } from './cell-file.ts';
import type { ClockMap } from './clock.ts';
import { type Endpoints, findEndpoints } from './connection.ts';
import { type EventLog, parseEvents } from './events.ts';
import { judgeCell, judgeMoves } from './integrity.ts';
import type { Measurement, WindowSample } from './measurement.ts';
import { observeCapture } from './observation.ts';
import { absentMeasurement, type CellFacts, measurementOf, windowSamplesOf } from './row.ts';
import type { Settings } from './settings.ts';
import { type Survey, surveyCapture } from './survey.ts';
import { buildTimeline, type Move, unplacedMachines } from './timeline.ts';

export interface CellAnalysis {
  /** One a migration, and one for each that was asked for and did not happen. */
  rows: Measurement[];
  windows: WindowSample[];
  /** What a reader should know of the files, apart from the rows' reasons. */
  problems: string[];
  /** The followed connection as address:port-address:port. */
  connection: string | undefined;
  clocks: ReadonlyMap<string, ClockMap>;
  /** How each machine's network was set, of those that said so. */
  settings: ReadonlyMap<string, Settings>;
}

/**
 * Analyses one boot: public.pcap, MACHINE.events.jsonl of the nodes and the peer.
 * @throws Fault (64) for a capture that is no pcap; broken event lines are problems, not faults.
 */
export async function analyseCell({ dir, spec }: { dir: string; spec: CellFile }): Promise<CellAnalysis> {
  const logs = await readLogs(dir, spec);
  const problems = logProblems(logs);
  const migrations = migrationsOf(logs);
  const ends = findEndpoints(spec, [...migrations.values()].flat());
  if (ends === undefined)
    return {
      ...nothingMigrated(spec, [...migrations.values()].flat(), logs),
      problems,
      settings: settingsIn(logs),
    };
  const path = join(dir, spec.capture.file);
  const survey = await surveyCapture(path, spec, ends);
  const moves = buildTimeline(spec, migrations, survey.clocks, survey.runs);
  const { rows, windows } = await measureMoves(path, spec, ends, survey, moves, logs);
  return {
    rows: [...rows, ...absentRows(spec, rows.length, 'no migration event', logs)],
    windows,
    problems: [...problems, ...captureProblems(survey)],
    connection: ends.text,
    clocks: survey.clocks,
    settings: settingsIn(logs),
  };
}

async function measureMoves(
  path: string,
  cell: CellFile,
  ends: Endpoints,
  survey: Survey,
  moves: readonly Move[],
  logs: ReadonlyMap<string, EventLog>,
): Promise<Pick<CellAnalysis, 'rows' | 'windows'>> {
  const placed = moves.filter((move) => move.freezeAt !== undefined);
  const frozen = moves.filter((move) => move.event.freeze_ns);
  const { observations, incidents, lab } = await observeCapture(path, ends, cell, survey, placed);
  const integrity = judgeMoves(frozen, logs, survey.clocks);
  const lastMove = moves.findLast((move) => move.event.status === 'ok');
  const unplaced = unplacedMachines(migrationsOf(logs), survey.clocks);
  const facts: CellFacts = { cell, survey, lab, whole: judgeCell(logs), lastMove, unplaced };
  const all = moves.map((move) => ({
    move,
    integrity: integrity[frozen.indexOf(move)],
    observation: observations[placed.indexOf(move)],
    incidents: incidents[placed.indexOf(move)],
  }));
  return {
    rows: all.map((own) => measurementOf(facts, own)),
    // A soak has no curves: there would be a million samples.
    windows: cell.warm_up_migrations ? [] : all.flatMap((own) => windowSamplesOf(facts, own)),
  };
}

const settingsIn = (logs: ReadonlyMap<string, EventLog>) =>
  new Map([...logs].flatMap(([machine, { settings }]) => (settings ? [[machine, settings]] : [])));

const migrationsOf = (logs: ReadonlyMap<string, EventLog>) =>
  new Map([...logs].map(([machine, log]) => [machine, log.migrations]));

async function readLogs(dir: string, cell: CellFile): Promise<Map<string, EventLog>> {
  const machines = [...cell.nodes, cell.peer].map(({ name }) => name);
  const logs = machines.map(async (name): Promise<[string, EventLog]> => {
    return [name, parseEvents(await readFile(join(dir, `${name}.events.jsonl`), 'utf8'))];
  });
  return new Map(await Promise.all(logs));
}

function logProblems(logs: ReadonlyMap<string, EventLog>): string[] {
  return [...logs].flatMap(([machine, { brokenLines, faultyEvents }]) => [
    ...brokenLines.map((line) => `${machine}.events.jsonl: line ${line}: not a JSON object`),
    ...faultyEvents.map((problem) => `${machine}.events.jsonl: ${problem}`),
  ]);
}

function captureProblems({ capture, cutMarks }: Survey): string[] {
  const { truncatedAt, verdicts } = capture;
  const problems: string[] = [];
  if (truncatedAt !== undefined) problems.push(`capture: the record at byte ${truncatedAt} is cut off`);
  for (const verdict of ['short', 'malformed', 'fragment'] as const)
    if (verdicts[verdict] > 0) problems.push(`capture: ${verdicts[verdict]} frames are ${verdict}`);
  if (cutMarks > 0) problems.push(`capture: ${cutMarks} marks are cut or malformed`);
  return problems;
}

/** No event names the followed connection: nothing was measured, whatever the capture holds. */
function nothingMigrated(
  cell: CellFile,
  events: EventLog['migrations'],
  logs: ReadonlyMap<string, EventLog>,
): Omit<CellAnalysis, 'problems' | 'settings'> {
  const said = events.map(({ status, reason }) => `migration ${status}${reason ? `: ${reason}` : ''}`);
  const reason = said.length > 0 ? said.join('; ') : 'no migration event';
  return { rows: absentRows(cell, 0, reason, logs), windows: [], connection: undefined, clocks: new Map() };
}

/** Migrations that did not happen: inconclusive, unless the connection was lost without one, or bytes were wrong. */
function absentRows(
  cell: CellFile,
  present: number,
  reason: string,
  logs: ReadonlyMap<string, EventLog>,
): Measurement[] {
  const { badEnding } = judgeCell(logs);
  const wrong = [...logs.values()].flatMap(({ workload, peer }) => [...workload, ...peer]).some(saysWrong);
  const why = [...(badEnding ? [`connection ended: ${badEnding}`] : []), ...(wrong ? ['wrong bytes'] : [])];
  return Array.from({ length: Math.max(0, cell.repetitions - present) }, (_, index) =>
    absentMeasurement(
      cell,
      present + index + 1,
      why.length > 0 ? 'invalid' : 'inconclusive',
      [...why, reason].join('; '),
    ),
  );
}

const saysWrong = (event: { rx_wrong: number; mem_wrong?: number }) =>
  event.rx_wrong + (event.mem_wrong ?? 0) > 0;
