// SPDX-License-Identifier: GPL-2.0-only
import { shuffled } from '../random.ts';
import type { Experiment } from '../spec/experiment.ts';
import { pointsOf } from '../spec/matrix.ts';
import { type PlannedImpairment, planImpairment } from './impairment.ts';

export type Clock = 'real' | 'virtual';

/** One boot of the lab: one point of the matrix with one seed. The unit of replay. */
export interface CellPlan {
  id: string;
  /** Of the streams' contents, of impairments, and of the instant of each migration within an interval. */
  seed: number;
  engine: 'tcpmig';
  clock: Clock;
  role: 'source' | 'sink' | 'duplex';
  imageMb: number;
  rateMbS: number;
  peerRateMbS: number;
  rcvbuf: number;
  repetitions: number;
  /** Rates and windows are measured over intervals of this length. */
  intervalS: number;
  warmUpS: number;
  settleS: number;
  timeoutS: number;
  /** In the order in which a frame passes them. */
  impairments: PlannedImpairment[];
  /** Port of the peer, where it is another than usual. */
  peerPort?: number;
  /** In a soak: migrations of another process before the first count of what the kernels hold. */
  warmUpMigrations?: number;
}

/**
 * Every cell of the experiment, in the order in which they are measured; numbers and seeds are those of the listed order.
 * Pure: the same experiment and clock give the same plan.
 */
export function planCells(experiment: Experiment, clock: Clock): CellPlan[] {
  const onClock = clock === 'virtual' ? experiment.virtual : undefined;
  const timing = {
    intervalS: onClock?.interval_s ?? 1,
    warmUpS: onClock?.warm_up_s ?? experiment.warm_up_s,
    settleS: onClock?.settle_s ?? experiment.settle_s,
    timeoutS: experiment.timeout_s,
    impairments: experiment.impairments.map(planImpairment),
    ...(experiment.soak ? { warmUpMigrations: experiment.soak.warm_up } : {}),
  };
  const points = experiment.cells.flatMap((matrix) => {
    const wanted = clock === 'virtual' ? onClock?.seeds : experiment.boots;
    const seeds = Math.min(wanted ?? 1, matrix.seeds ?? Number.POSITIVE_INFINITY);
    const once = { repetitions: onClock?.repetitions ?? matrix.repetitions, seeds };
    return pointsOf(matrix).map(({ role, image_mb, rate_mb_s, peer_rate_mb_s, rcvbuf }) => ({
      ...{ engine: experiment.engine, clock, role, imageMb: image_mb },
      ...{ rateMbS: rate_mb_s, peerRateMbS: peer_rate_mb_s, rcvbuf, ...timing },
      ...(experiment.soak ? bootsOf(experiment.soak.migrations, once.repetitions) : once),
    }));
  });
  const cells = points.flatMap(({ seeds, ...point }, index) =>
    Array.from({ length: seeds }, (_, number) => {
      // On the real clock each boot of each point has a seed of its own.
      const isShared = clock === 'virtual' || experiment.soak;
      const seed = experiment.seed + (isShared ? number : index + points.length * number);
      return { ...point, seed, suffix: seeds > 1 ? `-s${seed}` : '' };
    }),
  );
  const digits = Math.max(2, String(cells.length).length);
  const listed = cells.map(({ suffix, ...cell }, index) => ({
    ...cell,
    id: `${String(index + 1).padStart(digits, '0')}-${nameOf(cell)}${suffix}`,
  }));
  return experiment.order === 'shuffled' ? shuffled(listed, experiment.seed) : listed;
}

/** As few boots as do at most so many migrations each, all the same number. */
function bootsOf(migrations: number, atMost: number): { repetitions: number; seeds: number } {
  const seeds = Math.ceil(migrations / atMost);
  return { repetitions: Math.ceil(migrations / seeds), seeds };
}

function nameOf(cell: Omit<CellPlan, 'id'>): string {
  const parts = [cell.role, `${cell.imageMb}mb`, `r${cell.rateMbS}`];
  if (cell.role !== 'source') parts.push(`p${cell.peerRateMbS}`);
  if (cell.rcvbuf > 0) parts.push(`b${cell.rcvbuf}`);
  return parts.join('-');
}
