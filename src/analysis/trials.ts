// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';

/** What tcpmig-states prints of a trial: one connection in one situation, moved once or refused. */
const trialSchema = z.object({
  event: z.literal('trial'),
  case: z.string(),
  family: z.string(),
  /** `refused` where the move is to be refused. */
  direction: z.string(),
  status: z.enum(['ok', 'failed']),
  /** What did not hold; empty when all did. */
  reason: z.string(),
  /** Segments of the nodes that were judged. */
  segments: z.number(),
  /** Whether the states that left both machines were compared, field by field. */
  compared: z.boolean(),
  ms: z.number(),
  /** Of a field that was changed on its way (`case` names it): the situation in which that was noticed, and what was. */
  situation: z.string().optional(),
  noticed: z.string().optional(),
});
const endSchema = z.object({ event: z.literal('end'), trials: z.number(), failed: z.number() });

export type Trial = Omit<z.infer<typeof trialSchema>, 'event'>;

export interface Trials {
  trials: Trial[];
  /** Why these are not all; empty when they are. */
  problem: string;
}

/** The trials among a machine's events. Pure. */
export function trialsOf(events: string): Trials {
  const lines = events
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .flatMap(parseLine);
  const trials = lines.flatMap((line) => {
    const { data } = trialSchema.safeParse(line);
    if (!data) return [];
    const { event: _, ...trial } = data;
    return [trial];
  });
  const end = lines.flatMap((line) => endSchema.safeParse(line).data ?? [])[0];
  return { trials, problem: problemOf(trials, end) };
}

function problemOf(trials: readonly Trial[], end: z.infer<typeof endSchema> | undefined): string {
  if (!end) return `ended after ${trials.length} trials`;
  const failed = trials.filter(({ status }) => status === 'failed').length;
  if (end.trials === trials.length && end.failed === failed) return '';
  return `${trials.length} trials arrived, ${failed} of them failed; carried out were ${end.trials}, of which ${end.failed} failed`;
}

/** The last line of a machine that was lost may be cut off. */
function parseLine(line: string): unknown[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}
