// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { type Settings, type SettingsEvent, settingsOf, settingsSchema } from './settings.ts';

/** CLOCK_MONOTONIC of the machine that wrote the line; z.int() is at most 2^53, 104 days of nanoseconds. */
const nanoseconds = z.int().nonnegative();
const count = z.int().nonnegative();

const connectionSchema = z.looseObject({
  laddr: z.ipv4(),
  lport: z.int().min(1).max(65535),
  raddr: z.ipv4(),
  rport: z.int().min(1).max(65535),
  captured: count.nullish(),
  duplicates: count.nullish(),
  reinjected: count.nullish(),
  dropped: count.nullish(),
  rcv_queue: count.nullish(),
  ofo_queue: count.nullish(),
  rtx_queue: count.nullish(),
  write_queue: count.nullish(),
});
export type MigratedConnection = z.infer<typeof connectionSchema>;

const migrationSchema = z.looseObject({
  event: z.literal('migration'),
  t_ns: nanoseconds,
  pid: z.int(),
  to: z.string(),
  status: z.enum(['ok', 'refused', 'aborted', 'in-doubt', 'lost']),
  reason: z.string().nullish(),
  begin_ns: nanoseconds.nullish(),
  freeze_ns: nanoseconds.nullish(),
  image_ns: nanoseconds.nullish(),
  sockets_ns: nanoseconds.nullish(),
  resumed_ns: nanoseconds.nullish(),
  end_ns: nanoseconds.nullish(),
  bytes: count.nullish(),
  threads: count.nullish(),
  destination: z
    .looseObject({
      resumed_ns: nanoseconds.nullish(),
      /** How far the process's clock, which it keeps, is ahead of the destination's. */
      clock_offset_ns: z.int().nullish(),
    })
    .nullish(),
  connections: z.array(connectionSchema).nullish(),
});
export type MigrationEvent = z.infer<typeof migrationSchema>;

const workloadSchema = z.looseObject({
  event: z.enum(['workload', 'workload-end']),
  t_ns: nanoseconds,
  pid: z.int(),
  rx_wrong: count.default(0),
  /** Only at the end: bytes that the other side sent and this one never read. */
  rx_missing: count.default(0),
  mem_mb: z.number().nonnegative().default(0),
  mem_passes: count.default(0),
  mem_wrong: count.default(0),
  state: z.string().default(''),
});
export type WorkloadEvent = z.infer<typeof workloadSchema>;

const peerSchema = z.looseObject({
  event: z.enum(['peer', 'peer-end']),
  t_ns: nanoseconds,
  conn: z.int().nonnegative().default(0),
  rx_wrong: count.default(0),
  rx_missing: count.default(0),
  state: z.string().default(''),
});
type PeerEvent = z.infer<typeof peerSchema>;

type KnownEvent = MigrationEvent | WorkloadEvent | PeerEvent | SettingsEvent;

const schemas = new Map<string, z.ZodType<KnownEvent>>([
  ['migration', migrationSchema],
  ['workload', workloadSchema],
  ['workload-end', workloadSchema],
  ['peer', peerSchema],
  ['peer-end', peerSchema],
  ['settings', settingsSchema],
]);

export interface EventLog {
  migrations: MigrationEvent[];
  workload: WorkloadEvent[];
  peer: PeerEvent[];
  /** How the machine's network is set; of several events the last. */
  settings?: Settings;
  /** Lines that are no JSON object: usually the last, of a machine that died. */
  brokenLines: number[];
  /** Known events with a wrong field: line and what is wrong. */
  faultyEvents: string[];
}

const headSchema = z.looseObject({ event: z.string() });

/** Parses a machine's events.jsonl. Unknown events are ignored, unknown keys kept, bad lines counted, never guessed. */
export function parseEvents(text: string): EventLog {
  const log: EventLog = { migrations: [], workload: [], peer: [], brokenLines: [], faultyEvents: [] };
  text.split('\n').forEach((line, index) => {
    if (line.trim() !== '') parseLine(line, index + 1, log);
  });
  return log;
}

function parseLine(line: string, number: number, log: EventLog): void {
  const head = headSchema.safeParse(parseJson(line));
  if (!head.success) {
    log.brokenLines.push(number);
    return;
  }
  const event = schemas.get(head.data.event)?.safeParse(head.data);
  if (event === undefined) return;
  if (event.success) keep(event.data, log);
  else {
    const problems = event.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    log.faultyEvents.push(`line ${number}: ${head.data.event}: ${problems.join(', ')}`);
  }
}

function keep(event: KnownEvent, log: EventLog): void {
  if (isMigration(event)) log.migrations.push(event);
  else if (isSettings(event)) log.settings = settingsOf(event);
  else if (isWorkload(event)) log.workload.push(event);
  else log.peer.push(event);
}

const isMigration = (event: KnownEvent): event is MigrationEvent => event.event === 'migration';
const isSettings = (event: KnownEvent): event is SettingsEvent => event.event === 'settings';
const isWorkload = (event: MigrationEvent | WorkloadEvent | PeerEvent): event is WorkloadEvent =>
  event.event.startsWith('workload');

/** undefined for a line that is no JSON, which is data here: machines die in the middle of a line. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
