// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { ROLES, STATUSES } from '../analysis/measurement.ts';
import { readDocument } from '../spec/document.ts';
import { METRIC_NAMES } from './metrics.ts';

const text = z.string().min(1);

const bounds = z
  .strictObject({ at_least: z.number().optional(), at_most: z.number().optional() })
  .refine((b) => b.at_least !== undefined || b.at_most !== undefined, 'expected at_least, at_most or both')
  .refine((b) => (b.at_least ?? -Infinity) <= (b.at_most ?? Infinity), 'expected at_least not above at_most');

const where = z.strictObject({
  role: z.enum(ROLES).optional(),
  engine: text.optional(),
  /** Sizes in MB, both ends excluded, as papers say "below 10 MB". */
  image_mb: z.strictObject({ above: z.number().optional(), below: z.number().optional() }).optional(),
  rate_mb_s: z.number().optional(),
  peer_rate_mb_s: z.number().optional(),
  /** A claim of "no reset" that looked at valid rows alone could not fail: those with one are invalid. */
  statuses: z.array(z.enum(STATUSES)).min(1).default(['valid']),
});

const about = {
  id: z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected lower-case words joined by "-"'),
  text,
  source: text,
};

const checkedFields = z.strictObject({
  ...about,
  status: z.literal('checked').default('checked'),
  figure: z.int().positive().optional(),
  /** Depends on the machines: shown beside the paper's number, and no argument for or against the mechanism. */
  informational: z.boolean().default(false),
  metric: z.enum(METRIC_NAMES),
  where: where.prefault({}),
  statistic: z.enum(['median', 'median-per-size', 'change-over-sizes', 'maximum']),
  expected: bounds,
  /** Where the bounds come from: a number in the paper, or our reading of a sentence without one. */
  bounds_from: z.enum(['paper', 'reading']),
  bounds_reason: text.optional(),
  tolerance: z.number().min(0).default(0),
  minimum_rows: z.int().min(1).default(3),
  minimum_sizes: z.int().min(1).default(1),
  /** Metrics whose medians show the cause when the claim is not met. */
  explain: z.array(z.enum(METRIC_NAMES)).default([]),
  differs: z.array(text).default([]),
});

const checked = checkedFields.refine(
  (c) => c.statistic === 'maximum' || c.where.statuses.join() === 'valid',
  {
    path: ['where', 'statuses'],
    message: 'expected valid rows only; others are for statistic "maximum"',
  },
);

const notYet = z.strictObject({ ...about, status: z.literal('not yet'), needs: text.optional() });

/** Judged by what an experiment of another kind prints: `miglab run EXPERIMENT`. */
const elsewhere = z.strictObject({ ...about, status: z.literal('elsewhere'), experiment: text });

const claim = z.discriminatedUnion('status', [notYet, elsewhere, checked], {
  error:
    'expected status "not yet", "elsewhere" with an experiment, or "checked" with metric, statistic and expected',
});

export const claimsSchema = z
  .strictObject({
    version: z.literal(1),
    paper: z.strictObject({
      title: text,
      authors: z.array(text).min(1),
      year: z.int().min(1970).max(2100).optional(),
      venue: text,
      machines: z.array(text).default([]),
    }),
    claims: z.array(claim).min(1),
  })
  .superRefine(({ claims }, context) => {
    claims.forEach(({ id }, index) => {
      if (claims.findIndex((other) => other.id === id) !== index)
        context.addIssue({
          code: 'custom',
          path: ['claims', index, 'id'],
          message: `expected an id used once; found "${id}" again`,
        });
    });
  });

export type Claims = z.infer<typeof claimsSchema>;
export type Claim = Claims['claims'][number];
export type CheckedClaim = Extract<Claim, { status: 'checked' }>;

/** Reads claims.yml. @throws Fault (64) with file, line and column of each problem. */
export const readClaims = (path: string): Promise<Claims> => readDocument(path, claimsSchema);
