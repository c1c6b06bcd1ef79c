// SPDX-License-Identifier: GPL-2.0-only
import type { Report } from '../image/report.ts';
import { type Ground, prepareGround, withModule } from './ground.ts';
import type { PlanFile } from './plan-file.ts';

/** What a run began on, as it is now: with the module that was chosen for it, or with a deliberately broken one. */
export async function groundAsBegun(
  { ground: { module } }: PlanFile,
  image: string,
  report: Report,
  signal: AbortSignal,
): Promise<Ground> {
  const ground = await prepareGround(image, report, module.broken ?? undefined, signal);
  return module.chosen ? withModule(ground, module.chosen, report) : ground;
}
