// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { ExitCode, Fault } from '../fault.ts';
import { versionOf } from '../spec/version.ts';
import { CLOCKS, ROLES } from './measurement.ts';

const mac = z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/, 'expected a MAC address in lower case');

/** cell.json: what was asked of one boot, and who is who in its capture. Written by the run, read by the analysis. */
const cellFileSchema = z.looseObject({
  version: versionOf('cell.json', 1),
  cell: z.string().min(1),
  /** 1, and one more for each repetition of an inconclusive cell. */
  attempt: z.int().min(1),
  seed: z.int().nonnegative(),
  engine: z.string().min(1),
  clock: z.enum(CLOCKS),
  image_mb: z.number().positive(),
  role: z.enum(ROLES),
  /** Asked of the migrating process and of the peer, MB/s; 0 is as fast as it goes. */
  rate_mb_s: z.number().nonnegative(),
  peer_rate_mb_s: z.number().nonnegative(),
  /** SO_RCVBUF of the migrating socket, bytes; 0 is the kernel's own choice. Early runs did not say. */
  rcvbuf: z.int().nonnegative().optional(),
  /** Rates and windows are measured over intervals of so many seconds before and after a migration. */
  interval_s: z.number().positive().default(1),
  /** What goes wrong on wires and in machines, in numbers; compared as a whole. */
  impairments: z.array(z.unknown()).optional(),
  /** What goes wrong on the way from the nodes to the capture: frames come in another order, or with other bits. */
  wire_reorders: z.boolean().optional(),
  wire_corrupts: z.boolean().optional(),
  /** Migrations asked for in this boot. */
  repetitions: z.int().min(1),
  /** In a soak: migrations before the first census. It asks whether migrations are right, not how long they take. */
  warm_up_migrations: z.int().min(1).optional(),
  /** The nodes that share the public address, the process starting on the first. */
  nodes: z
    .array(
      z.looseObject({
        name: z.string(),
        public_mac: mac,
        public_address: z.ipv4(),
        private_address: z.ipv4(),
      }),
    )
    .min(2),
  /** The machine whose NIC was captured, and the port of its end of the workload's connection. */
  peer: z.looseObject({
    name: z.string(),
    public_mac: mac,
    public_address: z.ipv4(),
    port: z.int().min(1).max(65535),
  }),
  capture: z.looseObject({
    file: z.string(),
    /** Why the capturing program gave up; absent when it did not. */
    stopped: z.string().optional(),
  }),
});
export type CellFile = z.infer<typeof cellFileSchema>;

/** How the capture of this cell is read: where the wire corrupts frames, the receiver leaves out what it has corrupted. */
export const verifying = ({ wire_corrupts }: CellFile) => ({ verify: wire_corrupts === true });

/** What is measured over an interval before or after a migration is measured over so many nanoseconds. */
export const intervalNs = ({ interval_s }: CellFile): number => Math.round(interval_s * 1e9);

/** @throws Fault (64) that names the file and each wrong field. */
export function parseCellFile(path: string, text: string): CellFile {
  const result = cellFileSchema.safeParse(parseJson(path, text));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${path}: ${issue.path.join('.')}: ${issue.message}`);
  throw new Fault(ExitCode.usage, problems.join('\n'));
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault(ExitCode.usage, `${path}: ${(cause as Error).message}`, undefined, { cause });
  }
}
