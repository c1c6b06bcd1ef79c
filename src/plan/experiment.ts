// SPDX-License-Identifier: GPL-2.0-only
import type { Experiment } from '../spec/experiment.ts';

export type Clock = 'real' | 'virtual';

/** One boot of the lab: one point of the matrix with one seed. The unit of replay. */
export interface CellPlan {
  id: string;
  seed: number;
  engine: 'tcpmig';
  clock: Clock;
  role: 'source' | 'sink' | 'duplex';
  imageMb: number;
  rateMbS: number;
  peerRateMbS: number;
  rcvbuf: number;
  repetitions: number;
  warmUpS: number;
  settleS: number;
  timeoutS: number;
}

/** Every cell of the experiment, in order. Pure: the same experiment and clock give the same plan. */
export function planCells(experiment: Experiment, clock: Clock): CellPlan[] {
  const cells = experiment.cells.flatMap((matrix) =>
    product(matrix.role, matrix.image_mb, matrix.rate_mb_s, matrix.peer_rate_mb_s, matrix.rcvbuf).map(
      ([role, imageMb, rateMbS, peerRateMbS, rcvbuf]): Omit<CellPlan, 'id' | 'seed'> => ({
        ...{
          engine: experiment.engine,
          clock,
          role,
          imageMb,
          rateMbS,
          peerRateMbS,
          rcvbuf,
        },
        ...{ repetitions: matrix.repetitions, warmUpS: experiment.warm_up_s },
        ...{ settleS: experiment.settle_s, timeoutS: experiment.timeout_s },
      }),
    ),
  );
  return cells.map((cell, index) => ({ ...cell, id: cellId(cell, index), seed: experiment.seed + index }));
}

function cellId(cell: Omit<CellPlan, 'id' | 'seed'>, index: number): string {
  const parts = [String(index + 1).padStart(2, '0'), cell.role, `${cell.imageMb}mb`, `r${cell.rateMbS}`];
  if (cell.role !== 'source') parts.push(`p${cell.peerRateMbS}`);
  if (cell.rcvbuf > 0) parts.push(`b${cell.rcvbuf}`);
  return parts.join('-');
}

function product<A, B, C, D, E>(a: A[], b: B[], c: C[], d: D[], e: E[]): [A, B, C, D, E][] {
  return a.flatMap((va) =>
    b.flatMap((vb) =>
      c.flatMap((vc) => d.flatMap((vd) => e.map((ve): [A, B, C, D, E] => [va, vb, vc, vd, ve]))),
    ),
  );
}

/** About how many seconds of wall time a cell takes on two cores without KVM, boot included. For the notice beforehand. */
export const expectedSeconds = (cell: CellPlan): number =>
  12 + cell.warmUpS * 1.2 + cell.repetitions * (cell.settleS * 1.2 + 1 + cell.imageMb / 20);
