// SPDX-License-Identifier: GPL-2.0-only
import type { RunRecord } from '../analysis/run-record.ts';

/** A cell that measured nothing usable, but in which nothing went wrong, is booted again at most so often. */
const attemptsPerCell = 3;

/** The cell's whole boots so far, in order. */
export const attemptsAt = (record: RunRecord, cell: string): RunRecord['cells'][number]['attempts'] =>
  record.cells.find(({ id }) => id === cell)?.attempts ?? [];

/**
 * A cell is measured when its last boot was conclusive, or when it was booted as often as it may be. On the virtual
 * clock a boot that came to its end would only end in the same way again. Pure.
 */
export function isSettled(record: RunRecord, cell: string): boolean {
  const last = attemptsAt(record, cell).at(-1);
  if (!last) return false;
  const rows = (last.valid ?? 0) + (last.invalid ?? 0) + (last.inconclusive ?? 0);
  const isInconclusive = !last.invalid && (rows === 0 || (last.inconclusive ?? 0) > 0);
  const isExact = record.clock === 'virtual' && !last.problem;
  return !isInconclusive || isExact || last.attempt >= attemptsPerCell;
}
