// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { median } from 'simple-statistics';
import { z } from 'zod';
import type { Measurement } from '../analysis/measurement.ts';
import { readSpec } from '../analysis/run.ts';
import { ExitCode, Fault } from '../fault.ts';
import { fileHash } from '../image/digest.ts';
import { readDocument } from '../spec/document.ts';
import { versionOf } from '../spec/version.ts';
import { differences } from './difference.ts';
import { type PlanFile, readPlanFile } from './plan-file.ts';

/** What people compare first; each a column of measurements.csv. */
const metrics = [
  'delay_ms',
  'freeze_ms',
  'app_gap_ms',
  'window_min',
  'tx_before_mb_s',
  'tx_after_mb_s',
] as const;
type Metric = (typeof metrics)[number];

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const row = z.object({
  rep: z.int(),
  status: z.string(),
  ...(Object.fromEntries(metrics.map((name) => [name, z.number().nullable()])) as Record<
    Metric,
    z.ZodNullable<z.ZodNumber>
  >),
});

/**
 * NAME.reference.json beside NAME.exp.yml: what the experiment gave on the virtual clock, and with which toolchain. The
 * same toolchain gives the same captures on any host.
 */
const referenceSchema = z.object({
  version: versionOf('reference results', 1),
  toolchain: z.record(z.string(), z.string()),
  cells: z.record(z.string(), z.object({ capture: hash, rows: z.array(row) })),
});
export type Reference = z.infer<typeof referenceSchema>;

/** What decides every bit of a run on the virtual clock, beside the cells themselves. */
const toolchainOf = ({ ground, topology }: PlanFile): Record<string, string> => ({
  qemu: `${ground.qemu.version} ${ground.qemu.sha256}`,
  lockstep: ground.lockstep ?? '',
  image: `${ground.image.recipe} ${ground.image.kernel} ${ground.image.sha256}`,
  module: ground.module.sha256,
  programs: ground.tools,
  topology: JSON.stringify(topology),
});

/** What a finished run on the virtual clock gave, as a reference. @throws Fault (64) for a run on the real clock */
export async function referenceOf(run: string, rows: readonly Measurement[]): Promise<Reference> {
  const plan = await readPlanFile(run);
  if (plan.experiment.clock !== 'virtual')
    throw new Fault(ExitCode.usage, `${run} ran on the real clock: no other run will be like it`);
  const cells: Reference['cells'] = {};
  for (const { id } of plan.cells) {
    const mine = rows.filter(({ cell }) => cell === id);
    const folder = join(run, 'cells', id);
    const { capture } = await readSpec(folder);
    cells[id] = { capture: await fileHash(join(folder, capture.file)), rows: mine.map(told) };
  }
  return { version: 1, toolchain: toolchainOf(plan), cells };
}

const told = (measured: Measurement): z.infer<typeof row> => ({
  rep: measured.rep,
  status: measured.status,
  ...(Object.fromEntries(metrics.map((name) => [name, measured[name]])) as Record<Metric, number | null>),
});

/** @returns undefined where there is no such file. @throws Fault (64) for one that is faulty, with line and column */
export const readReference = async (path: string): Promise<Reference | undefined> =>
  existsSync(path)
    ? readDocument(path, referenceSchema, 'Write it with `miglab report RUN --reference FILE`.')
    : undefined;

export interface ReferenceComparison {
  /** Cells that both have, and how many of them have the same capture to the bit. */
  cells: number;
  identical: number;
  /** What in the toolchain is another, a line each. */
  toolchain: string[];
  /** For each metric the median over rows of |measured / reference - 1|; null where no row has it. */
  apart: Record<Metric, number | null>;
}

/** Pure. */
export function compareToReference(run: Reference, reference: Reference): ReferenceComparison {
  const common = Object.keys(run.cells).filter((id) => reference.cells[id]);
  const pairs = common.flatMap((id) =>
    (run.cells[id]?.rows ?? []).flatMap((mine) => {
      const theirs = reference.cells[id]?.rows.find(({ rep }) => rep === mine.rep);
      return theirs ? [{ mine, theirs }] : [];
    }),
  );
  const apart = metrics.map((name) => {
    const distances = pairs.flatMap(({ mine, theirs }) => {
      const [a, b] = [mine[name], theirs[name]];
      return a === null || b === null || b === 0 ? [] : [Math.abs(a / b - 1)];
    });
    return [name, distances.length > 0 ? median(distances) : null];
  });
  return {
    cells: common.length,
    identical: common.filter((id) => run.cells[id]?.capture === reference.cells[id]?.capture).length,
    toolchain: differences(reference.toolchain, run.toolchain),
    apart: Object.fromEntries(apart),
  };
}

/** For people, on a few lines. Pure. */
export function describeComparison({ cells, identical, toolchain, apart }: ReferenceComparison): string {
  if (cells === 0) return 'The reference has none of these cells.';
  if (identical === cells)
    return `bit-identical to the reference (${cells} ${cells === 1 ? 'cell' : 'cells'})`;
  const percent = (share: number | null) => (share === null ? '–' : `${(share * 100).toFixed(1)}%`);
  return [
    `${identical} of ${cells} cells are bit-identical to the reference`,
    ...(toolchain.length > 0
      ? toolchain.map((line) => `  not the reference's: ${line}`)
      : [
          "  The toolchain is the reference's: this should not be. miglab verify shows whether this host repeats itself.",
        ]),
    `  apart (median over rows): ${metrics.map((name) => `${name} ${percent(apart[name])}`).join(', ')}`,
  ].join('\n');
}
