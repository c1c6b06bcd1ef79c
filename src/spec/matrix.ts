// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';

/** One value, or a list of values that the matrix runs through. */
const axis = <T extends z.ZodType>(value: T) =>
  (
    z.union([z.array(value).min(1), value.transform((one) => [one])]) as unknown as z.ZodType<z.infer<T>[]>
  ).describe(`${value.description} One value, or a list that the matrix runs through.`);

const values = {
  role: z
    .enum(['source', 'sink', 'duplex'])
    .describe('What the migrating process does: a source sends, a sink receives, duplex is both.'),
  image_mb: z.number().positive().max(4096).describe('Memory of the migrating process, MB.'),
  rate_mb_s: z.number().min(0).max(10_000).describe('Node to peer, MB/s; 0 is as fast as it goes.'),
  peer_rate_mb_s: z.number().min(0).max(10_000).describe('Peer to node, MB/s; 0 is as fast as it goes.'),
  rcvbuf: z
    .int()
    .min(0)
    .describe(
      "SO_RCVBUF of the migrating socket in bytes; 0, the default, leaves it to the kernel's autotuning.",
    ),
};
const names = Object.keys(values) as (keyof typeof values)[];

const part = z
  .strictObject({
    role: values.role.optional(),
    image_mb: values.image_mb.optional(),
    rate_mb_s: values.rate_mb_s.optional(),
    peer_rate_mb_s: values.peer_rate_mb_s.optional(),
    rcvbuf: values.rcvbuf.optional(),
  })
  .refine((given) => Object.keys(given).length > 0, `expected at least one of ${names.join(', ')}`);

/** Cells of an experiment: every point of the lists' product but those that are excluded. */
export const matrixSchema = z
  .strictObject({
    role: axis(values.role),
    image_mb: axis(values.image_mb),
    rate_mb_s: axis(values.rate_mb_s),
    peer_rate_mb_s: axis(values.peer_rate_mb_s),
    rcvbuf: axis(values.rcvbuf).default([0]),
    exclude: z
      .array(part)
      .optional()
      .describe('Points that are left out: those that have all the values of an entry.'),
    repetitions: z
      .int()
      .min(1)
      .max(10_000)
      .describe('Migrations in the cell, forth and back in turn; in a soak at most so many in one boot.'),
    seeds: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe("At most so many of the experiment's seeds or boots."),
  })
  .superRefine((matrix, context) => {
    const points = product(matrix);
    matrix.exclude?.forEach((excluded, index) => {
      if (!points.some((point) => matches(point, excluded)))
        context.addIssue({
          code: 'custom',
          path: ['exclude', index],
          message: 'excludes nothing; expected values that the lists of these cells have together',
        });
    });
    if (pointsOf(matrix).length === 0)
      context.addIssue({
        code: 'custom',
        path: ['exclude'],
        message: 'excludes every point; expected at least one that is left',
      });
  });

type Matrix = z.infer<typeof matrixSchema>;
type Point = { [Name in keyof typeof values]: z.infer<(typeof values)[Name]> };

/** The points that are measured, the last list running fastest. Pure. */
export const pointsOf = (matrix: Matrix): Point[] =>
  product(matrix).filter((point) => !matrix.exclude?.some((excluded) => matches(point, excluded)));

const matches = (point: Point, excluded: z.infer<typeof part>): boolean =>
  names.every((name) => excluded[name] === undefined || excluded[name] === point[name]);

const product = (matrix: Matrix): Point[] =>
  names.reduce<Partial<Point>[]>(
    (points, name) => points.flatMap((point) => matrix[name].map((value) => ({ ...point, [name]: value }))),
    [{}],
  ) as Point[];
