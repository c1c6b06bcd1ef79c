// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { CLOCKS, ROLES, STATUSES } from '../analysis/measurement.ts';
import { readDocument } from '../spec/document.ts';
import { versionOf } from '../spec/version.ts';
import { METRIC_NAMES } from './metrics.ts';

const text = z.string().min(1);

const bounds = z
  .strictObject({
    at_least: z.number().optional().describe('Lower bound, included.'),
    at_most: z.number().optional().describe('Upper bound, included.'),
  })
  .refine((b) => b.at_least !== undefined || b.at_most !== undefined, 'expected at_least, at_most or both')
  .refine((b) => (b.at_least ?? -Infinity) <= (b.at_most ?? Infinity), 'expected at_least not above at_most');

const where = z.strictObject({
  role: z.enum(ROLES).optional().describe('What the migrating process does.'),
  engine: text.optional().describe('The engine that measured.'),
  image_mb: z
    .strictObject({
      above: z.number().optional().describe('Excluded.'),
      below: z.number().optional().describe('Excluded.'),
    })
    .optional()
    .describe('Sizes in MB, both ends excluded, as papers say "below 10 MB".'),
  rate_mb_s: z.number().optional().describe('Asked of the process, MB/s.'),
  peer_rate_mb_s: z.number().optional().describe('Asked of the peer, MB/s.'),
  statuses: z
    .array(z.enum(STATUSES))
    .min(1)
    .default(['valid'])
    .describe(
      'Rows that count; valid ones unless given. A claim of "no reset" that looked at valid rows alone could not fail: those with one are invalid.',
    ),
});

const about = {
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, 'expected lower-case words joined by "-"')
    .describe("Once in the file; the claim's anchor in the report."),
  text: text.describe('The claim, in our words.'),
  source: text.describe('Where the paper says it, such as §5.'),
};

const finding = z
  .strictObject({
    verdict: z.enum(['reproduced', 'not reproduced']).describe('What came out here.'),
  })
  .describe(
    'What this artifact itself finds: `miglab verify` asks whether a measurement finds it again. A claim of the paper that is not met here is a result, and no fault of the artifact.',
  );
const ofArtifact = finding.meta()?.description ?? '';
const measuredFinding = finding
  .extend({
    value: z.number().optional().describe("The statistic's value here."),
    tolerance: z.number().min(0).optional().describe("Of the value, either way, in the statistic's unit."),
    clocks: z
      .array(z.enum(CLOCKS))
      .min(1)
      .default(['virtual'])
      .describe('Where it holds: times of another clock are others. The virtual one unless given.'),
  })
  .refine((h) => (h.value === undefined) === (h.tolerance === undefined), 'expected value and tolerance both')
  .describe(ofArtifact);

const checkedFields = z.strictObject({
  ...about,
  status: z.literal('checked').default('checked').describe('Rows of measurements.csv decide.'),
  figure: z.int().positive().optional().describe("The paper's figure that shows it."),
  informational: z
    .boolean()
    .default(false)
    .describe(
      "Depends on the machines: shown beside the paper's number, and no argument for or against the mechanism.",
    ),
  metric: z
    .enum(METRIC_NAMES)
    .describe('A column of measurements.csv, or a number that follows from columns.'),
  where: where.prefault({}).describe('The rows that it is about; all valid ones unless given.'),
  statistic: z
    .enum(['median', 'median-per-size', 'change-over-sizes', 'maximum'])
    .describe("What is made of the rows' metric (docs/claims.md)."),
  expected: bounds.describe('What the statistic is to lie within.'),
  bounds_from: z
    .enum(['paper', 'reading'])
    .describe('Where the bounds come from: a number in the paper, or our reading of a sentence without one.'),
  bounds_reason: text.optional().describe('Shown beside the bounds.'),
  tolerance: z
    .number()
    .min(0)
    .default(0)
    .describe("Widens both bounds, in the statistic's unit; 0 unless given."),
  minimum_rows: z.int().min(1).default(3).describe('With fewer it is inconclusive; 3 unless given.'),
  minimum_sizes: z
    .int()
    .min(1)
    .default(1)
    .describe('With fewer image sizes it is inconclusive; 1 unless given.'),
  explain: z
    .array(z.enum(METRIC_NAMES))
    .default([])
    .describe('Metrics whose medians show the cause when the claim is not met.'),
  differs: z.array(text).default([]).describe("What of the paper's conditions is different or unknown."),
  here: measuredFinding.optional(),
});

const checked = checkedFields
  .refine((c) => c.statistic === 'maximum' || c.where.statuses.join() === 'valid', {
    path: ['where', 'statuses'],
    message: 'expected valid rows only; others are for statistic "maximum"',
  })
  .describe('A claim that the rows decide.');

const notYet = z
  .strictObject({
    ...about,
    status: z.literal('not yet').describe('Nothing measures it.'),
    needs: text.optional().describe('What the lab lacks for it.'),
  })
  .describe('A claim that nothing measures yet.');

const elsewhere = z
  .strictObject({
    ...about,
    status: z.literal('elsewhere').describe('An experiment of another kind judges it.'),
    experiment: text.describe('That experiment, as `miglab run` takes it.'),
    here: finding.optional(),
  })
  .describe('A claim that is judged by what an experiment of another kind prints.');

const claim = z.discriminatedUnion('status', [notYet, elsewhere, checked], {
  error:
    'expected status "not yet", "elsewhere" with an experiment, or "checked" with metric, statistic and expected',
});

export const claimsSchema = z
  .strictObject({
    version: versionOf('claims.yml', 1).describe('Of this format.'),
    paper: z
      .strictObject({
        title: text.describe('Its title.'),
        authors: z.array(text).min(1).describe('Its authors.'),
        year: z.int().min(1970).max(2100).optional().describe('When it was published.'),
        venue: text.describe('Where it was published.'),
        machines: z.array(text).default([]).describe('What it was measured on, for the comparison.'),
      })
      .describe('Whose claims these are.'),
    experiment: text
      .optional()
      .describe(
        'Measures the claims that are checked, by its name below experiments/. Others may name this file too.',
      ),
    claims: z.array(claim).min(1).describe('Each is judged by itself.'),
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
  })
  .meta({
    title: 'claims',
    description:
      'What a paper claims, as rules that rows of measurements.csv meet or do not (docs/claims.md).',
  });

export type Claims = z.infer<typeof claimsSchema>;
export type Claim = Claims['claims'][number];
export type CheckedClaim = Extract<Claim, { status: 'checked' }>;

/** Reads claims.yml. @throws Fault (64) with file, line and column of each problem. */
export const readClaims = (path: string): Promise<Claims> => readDocument(path, claimsSchema);
