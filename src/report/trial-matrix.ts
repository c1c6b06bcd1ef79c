// SPDX-License-Identifier: GPL-2.0-only
import type { Trial } from '../analysis/trials.ts';

const marks = { ok: '✓', failed: '✗' } as const;
const refused = 'refused';

/** Situations down, families and directions across; then what did not hold, each with where. Pure. */
export function renderMatrix(trials: readonly Trial[]): string {
  const situations = distinct(trials.map((trial) => trial.case));
  const families = distinct(trials.map(({ family }) => family));
  const directions = distinct(trials.map(({ direction }) => direction));
  const width = Math.max(...situations.map((name) => name.length), 0);
  const of = (name: string, family: string, direction: string) =>
    trials.find((each) => each.case === name && each.family === family && each.direction === direction);
  const block = (cells: readonly string[]) =>
    cells.map((cell, index) => centred(cell, directions[index]?.length ?? 0)).join(' ');
  const line = (name: string, blocks: readonly string[]) =>
    [name.padEnd(width), ...blocks].join('  ').trimEnd();
  const headWidth = block(directions).length;
  return [
    line(
      '',
      families.map((family) => family.padEnd(headWidth)),
    ),
    line(
      '',
      families.map(() => block(directions)),
    ),
    ...situations.map((name) =>
      line(
        name,
        families.map((family) =>
          block(
            directions.map((direction) => {
              const trial = of(name, family, direction);
              return trial ? marks[trial.status] : '';
            }),
          ),
        ),
      ),
    ),
    ...failures(trials),
  ].join('\n');
}

/** Fields of the state that were changed on their way, each with what noticed that, and where; then what did not hold. Pure. */
export function renderChanges(trials: readonly Trial[]): string {
  const found = trials.filter(({ noticed }) => noticed !== undefined);
  const rows = found.map((trial) => [trial.case, `${trial.situation} ${trial.family}`, trial.noticed ?? '']);
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0), 0);
  const [first, second] = [width(0), width(1)];
  const lines = rows.map(([field = '', where = '', by]) =>
    [field.padEnd(first), where.padEnd(second), by].join('  '),
  );
  return [...lines, ...failures(trials)].join('\n');
}

/** The same reason is told once, with where it was met; numbers in it may differ. */
function failures(trials: readonly Trial[]): string[] {
  const groups = new Map<string, Trial[]>();
  for (const trial of trials.filter(({ status }) => status === 'failed')) {
    const key = `${trial.case} ${trial.reason.replace(/\d+/g, '#')}`;
    groups.set(key, [...(groups.get(key) ?? []), trial]);
  }
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const places = [first, ...others].map(({ family, direction }) => `${family} ${direction}`);
    return ['', `${marks.failed} ${first.case}: ${first.reason}`, `  ${places.join(', ')}`];
  });
}

export const countTrials = (trials: readonly Trial[]) => ({
  trials: trials.length,
  failed: trials.filter(({ status }) => status === 'failed').length,
  refused: trials.filter(({ direction }) => direction === refused).length,
  compared: trials.filter(({ compared }) => compared).length,
  segments: trials.reduce((sum, { segments }) => sum + segments, 0),
});

const distinct = (names: readonly string[]): string[] => [...new Set(names)];

const centred = (text: string, width: number) =>
  text.padStart(text.length + Math.floor((width - text.length) / 2)).padEnd(width);
