// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ExitCode, Fault } from '../fault.ts';
import { packagePath } from '../package.ts';
import { readDocument } from './document.ts';
import { impairmentSchema } from './impairment.ts';

const identifier = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'expected lower-case letters, digits and dashes');
const fileName = z
  .string()
  .regex(/^[a-z][a-z0-9_]*\.(c|py)$/, 'expected the name of a C or Python file, without a folder');
const columnName = z.string().regex(/^[a-z][a-z0-9_]*$/, 'expected the name of a measure');

/** What the seed decides: one of a list, or a number between two, in tenths. */
const drawn = <T extends z.ZodType>(value: T) => z.union([z.array(value).min(1), value]);
const drawnNumber = (value: z.ZodNumber) =>
  z.union([z.strictObject({ from: value, to: value }), z.array(value).min(1), value]);
export type DrawnNumber = z.infer<ReturnType<typeof drawnNumber>>;

const rate = z.number().min(0).max(1000);
const seconds = z.number().positive().max(600);

/** Traffic between a process on a node and the peer, and what the seed chooses of it. */
const traffic = {
  role: drawn(z.enum(['source', 'sink', 'duplex'])),
  image_mb: drawnNumber(z.number().positive().max(256)).default(1),
  rate_mb_s: drawnNumber(rate),
  peer_rate_mb_s: drawnNumber(rate),
  rcvbuf: drawn(z.int().min(0)).default(0),
  repetitions: z.int().min(1).max(20).default(1),
  interval_s: z.number().min(0.05).max(1).default(0.25),
  warm_up_s: seconds.default(0.7),
  settle_s: seconds.default(0.75),
  /** Of the machines' clock, boot included: then every machine ends. */
  deadline_s: z.number().min(4).max(600),
  impairments: z.array(impairmentSchema).max(8).default([]),
};

/** The process moves between the nodes. */
const migration = z.strictObject({ kind: z.literal('migration'), ...traffic });

/** The peer sends to a process on a node, whose window is closed, and opened again. */
const window = z.strictObject({
  kind: z.literal('window'),
  rate_mb_s: drawnNumber(rate),
  rcvbuf: drawn(z.int().min(0)).default(0),
  closed_s: drawnNumber(z.number().min(0.1).max(5)),
  /** Whether the window is opened, or the session ends that has closed it. */
  ends: drawn(z.enum(['opened', 'session'])),
  deadline_s: z.number().min(4).max(600),
});

/** The program that was handed in reads the capture of a migration. */
const curve = z.strictObject({
  kind: z.literal('curve'),
  capture: z.strictObject(traffic),
  /** Unit of the capture's times. */
  times: drawn(z.enum(['us', 'ns'])),
  /** How far a time may be off. */
  tolerance_ms: z.number().positive().max(1),
  deadline_s: z.number().min(4).max(600),
});

const bound = z.union([z.number(), z.string()]);

/** Holds of every row of measures that a run gives; of a row without the measure it does not. */
const assertion = z
  .strictObject({
    what: z.string().min(1),
    points: z.number().positive().max(1000),
    measure: columnName,
    equals: bound.optional(),
    at_least: z.number().optional(),
    at_most: z.number().optional(),
    /** For the student when it does not hold. */
    hint: z.string().optional(),
  })
  .refine(
    ({ equals, at_least, at_most }) => [equals, at_least, at_most].some((each) => each !== undefined),
    'expected equals, at_least or at_most',
  );
export type Assertion = z.infer<typeof assertion>;

const check = z.strictObject({
  id: identifier,
  title: z.string().min(1),
  /** Known to the student, who can run it; the others only the grader does. */
  public: z.boolean(),
  run: z.discriminatedUnion('kind', [migration, window, curve]),
  assertions: z.array(assertion).min(1),
});
export type Check = z.infer<typeof check>;
export type TrafficSpec = Omit<z.infer<typeof migration>, 'kind'>;
export type CurveSpec = z.infer<typeof curve>;

const handedIn = z.strictObject({
  name: fileName,
  max_bytes: z
    .int()
    .min(1)
    .max(1 << 20),
});

const limits = z.strictObject({
  /** Of the compiler, wall time. */
  build_s: z.int().min(1).max(600).default(60),
  /** Of each process of the compiler. */
  memory_mb: z.int().min(64).max(8192).default(1024),
  disk_mb: z.int().min(64).max(4096).default(256),
  /** Of one boot, wall time: a machine whose clock stands still reaches no deadline. */
  run_s: z.int().min(10).max(3600).default(600),
});

const assignmentSchema = z
  .strictObject({
    title: z.string().min(1),
    /** `module`: files of lab/module; `program`: a Python 3 program that runs in a guest. */
    kind: z.enum(['module', 'program']),
    files: z.array(handedIn).min(1).max(8),
    limits: limits.prefault({}),
    checks: z.array(check).min(1).max(32),
  })
  .superRefine((assignment, context) => {
    for (const { path, message } of contradictions(assignment))
      context.addIssue({ code: 'custom', path, message });
  });

interface Parts {
  kind: 'module' | 'program';
  files: { name: string }[];
  checks: Check[];
}

function contradictions({ kind, files, checks }: Parts): { path: (string | number)[]; message: string }[] {
  const ending = kind === 'module' ? '.c' : '.py';
  return [
    ...files.flatMap(({ name }, index) =>
      name.endsWith(ending)
        ? []
        : [{ path: ['files', index, 'name'], message: `a ${kind} is made of ${ending} files` }],
    ),
    ...checks.flatMap(({ id, run }, index) => [
      ...(checks.findIndex((each) => each.id === id) < index
        ? [{ path: ['checks', index, 'id'], message: `there is a check "${id}" already` }]
        : []),
      ...((run.kind === 'curve') === (kind === 'program')
        ? []
        : [{ path: ['checks', index, 'run', 'kind'], message: `a ${kind} is not checked by a ${run.kind}` }]),
    ]),
  ];
}

/** An assignment, its name, and the folder that it lies in. */
export type Assignment = z.infer<typeof assignmentSchema> & { name: string; folder: string };

const assignmentsFolder = packagePath('assignments');

export const assignmentNames = (): string[] =>
  readdirSync(assignmentsFolder)
    .filter((name) => existsSync(join(assignmentsFolder, name, 'assignment.yml')))
    .sort();

/**
 * An assignment by its name in assignments/, or by the path of a folder, for a course's own.
 *
 * @throws Fault (64) when there is none, or with file, line and column of each problem
 */
export async function readAssignment(nameOrFolder: string): Promise<Assignment> {
  const folder = [join(assignmentsFolder, nameOrFolder), nameOrFolder].find((each) =>
    existsSync(join(each, 'assignment.yml')),
  );
  if (!folder)
    throw new Fault(
      ExitCode.usage,
      `no assignment "${nameOrFolder}"`,
      `There are: ${assignmentNames().join(', ')}. Or name the folder of another.`,
    );
  const name = folder.replace(/\/+$/, '').replace(/.*\//, '');
  return { name, folder, ...(await readDocument(join(folder, 'assignment.yml'), assignmentSchema)) };
}

/** Points that a check, or several, can give. */
export const pointsOf = (checks: readonly Pick<Check, 'assertions'>[]): number =>
  checks.flatMap(({ assertions }) => assertions).reduce((sum, { points }) => sum + points, 0);
