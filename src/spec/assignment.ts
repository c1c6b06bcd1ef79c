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
  z.union([
    z.strictObject({ from: value.describe('The least.'), to: value.describe('The largest.') }),
    z.array(value).min(1),
    value,
  ]);
export type DrawnNumber = z.infer<ReturnType<typeof drawnNumber>>;

const rate = z.number().min(0).max(1000);
const seconds = z.number().positive().max(600);
const deadline = z
  .number()
  .min(4)
  .max(600)
  .describe("Seconds of the machines' clock, boot included: then every machine ends.");

/** Traffic between a process on a node and the peer, and what the seed chooses of it. */
const traffic = {
  role: drawn(z.enum(['source', 'sink', 'duplex'])).describe(
    'Which end sends, seen from the process: it, the peer, or both.',
  ),
  image_mb: drawnNumber(z.number().positive().max(256)).default(1).describe('Memory of the process, MB.'),
  rate_mb_s: drawnNumber(rate).describe('Node to peer, MB/s; 0 is as fast as it goes.'),
  peer_rate_mb_s: drawnNumber(rate).describe('Peer to node, MB/s.'),
  rcvbuf: drawn(z.int().min(0))
    .default(0)
    .describe("SO_RCVBUF of the process's socket, bytes; 0 leaves it to the kernel."),
  repetitions: z.int().min(1).max(20).default(1).describe('Moves, forth and back in turn.'),
  interval_s: z
    .number()
    .min(0.05)
    .max(1)
    .default(0.25)
    .describe('Over which rates and windows are measured, s.'),
  warm_up_s: seconds.default(0.7).describe('Traffic before the first move, s; at least two intervals.'),
  settle_s: seconds.default(0.75).describe('Traffic after each move, s; at least three intervals.'),
  deadline_s: deadline,
  impairments: z
    .array(impairmentSchema)
    .max(8)
    .default([])
    .describe('What goes wrong meanwhile: docs/impairments.md.'),
};

const migration = z
  .strictObject({ kind: z.literal('migration').describe('Kind of check.'), ...traffic })
  .describe('A process moves between the nodes under traffic.');

const window = z
  .strictObject({
    kind: z.literal('window').describe('Kind of check.'),
    rate_mb_s: drawnNumber(rate).describe('Peer to node, MB/s.'),
    rcvbuf: drawn(z.int().min(0))
      .default(0)
      .describe("SO_RCVBUF of the process's socket, bytes; 0 leaves it to the kernel."),
    closed_s: drawnNumber(z.number().min(0.1).max(5)).describe('How long the window is closed, s.'),
    ends: drawn(z.enum(['opened', 'session'])).describe(
      'Whether the window is opened, or the session ends that has closed it.',
    ),
    deadline_s: deadline,
  })
  .describe('The peer sends to a process on a node, whose window is closed for a while.');

const curve = z
  .strictObject({
    kind: z.literal('curve').describe('Kind of check.'),
    capture: z
      .strictObject(traffic)
      .describe("The migration whose capture the program reads, with the lab's own module."),
    times: drawn(z.enum(['us', 'ns'])).describe("Unit of the capture's times."),
    tolerance_ms: z.number().positive().max(1).describe('How far a time may be off, ms.'),
    deadline_s: deadline,
  })
  .describe('The program that was handed in reads the capture of a migration.');

const bound = z.union([z.number(), z.string()]);

const assertion = z
  .strictObject({
    what: z.string().min(1).describe('What it says, for the student.'),
    points: z.number().positive().max(1000).describe('What it gives when it holds.'),
    measure: columnName.describe(
      'Measure that it is of: docs/assignments.md. Where that could not be measured it does not hold.',
    ),
    equals: bound.optional().describe('The value of every row.'),
    at_least: z.number().optional().describe('The least value of any row.'),
    at_most: z.number().optional().describe('The largest value of any row.'),
    required: z
      .literal(true)
      .optional()
      .describe(
        'Where it does not hold, the other assertions of its check give nothing: they may hold by luck.',
      ),
    hint: z.string().optional().describe('For the student when it does not hold.'),
  })
  .refine(
    ({ equals, at_least, at_most }) => [equals, at_least, at_most].some((each) => each !== undefined),
    'expected equals, at_least or at_most',
  )
  .describe('Something that holds of a check, or does not.');
export type Assertion = z.infer<typeof assertion>;

const check = z
  .strictObject({
    id: identifier.describe('Name of the check, in tables and folders.'),
    title: z.string().min(1).describe('What it is about.'),
    public: z.boolean().describe('Known to the student, who can run it; the others only the grader does.'),
    run: z.discriminatedUnion('kind', [migration, window, curve]).describe('What is booted.'),
    assertions: z.array(assertion).min(1).describe('What must hold, with its points.'),
  })
  .describe('One boot, and what must hold of it.');
export type Check = z.infer<typeof check>;
export type TrafficSpec = Omit<z.infer<typeof migration>, 'kind'>;
export type CurveSpec = z.infer<typeof curve>;

const handedIn = z
  .strictObject({
    name: fileName.describe('Of a file of lab/module that it stands for, or of the program.'),
    max_bytes: z
      .int()
      .min(1)
      .max(1 << 20)
      .describe('A larger one is refused.'),
  })
  .describe('A file that is taken of a submission.');

const limits = z
  .strictObject({
    build_s: z.int().min(1).max(600).default(60).describe('Of the compiler, wall time, s.'),
    memory_mb: z.int().min(64).max(8192).default(1024).describe('Of each process of the compiler.'),
    disk_mb: z.int().min(64).max(4096).default(256).describe('Of what the compiler writes, which is memory.'),
    run_s: z
      .int()
      .min(10)
      .max(3600)
      .default(600)
      .describe('Of one boot, wall time, s: a machine whose clock stands still reaches no deadline.'),
  })
  .describe('What a submission may use.');

export const assignmentSchema = z
  .strictObject({
    title: z.string().min(1).describe('What it is about.'),
    kind: z
      .enum(['module', 'program'])
      .describe(
        'module: files of lab/module are replaced; program: a Python 3 program that runs in a guest.',
      ),
    files: z.array(handedIn).min(1).max(8).describe('What is handed in.'),
    limits: limits.prefault({}),
    checks: z.array(check).min(1).max(32).describe('What it is marked by.'),
  })
  .superRefine((assignment, context) => {
    for (const { path, message } of contradictions(assignment))
      context.addIssue({ code: 'custom', path, message });
  })
  .describe('An assignment of a course, and what it is marked by.');

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
