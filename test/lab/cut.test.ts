// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Measurement } from '../../src/analysis/measurement.ts';
import type { CellPlan } from '../../src/plan/experiment.ts';
import type { WireImpairment } from '../../src/plan/impairment.ts';
import { decided } from '../../src/run/clock.ts';
import { prepareGround } from '../../src/run/ground.ts';
import { executeRun } from '../../src/run/run.ts';
import { planRun, withCells } from '../../src/run/run-plan.ts';
import { readExperiment } from '../../src/spec/experiment.ts';
import { readTopology } from '../../src/spec/topology.ts';

const ms = 1e6;
const file = 'test/lab/small.exp.yml';
const plan = planRun(
  decided(
    {
      ...(await readExperiment(file)),
      virtual: { interval_s: 0.2, warm_up_s: 0.5, settle_s: 0.8, seeds: 1 },
    },
    { clock: 'virtual' },
  ),
  file,
  await readTopology('lab/topologies/broadcast-cluster.lab.yml'),
);
const ground = await prepareGround(plan.lab.image, () => undefined);

/** A cut of the link between the nodes, from an instant after the migration's zero on. */
const cut = (beginNs: number): WireImpairment => ({
  ...{ kind: 'cut', wire: 'private', zero: 1, beginNs, endNs: beginNs + 300 * ms, values: {} },
});

/** Boots a cell for each impairment. @returns where they are, and their rows */
async function migrate(cells: CellPlan[]): Promise<{ cell: (id: string) => string; rows: Measurement[] }> {
  const directory = join(mkdtempSync(join(tmpdir(), 'miglab-cut-')), 'run');
  const signal = new AbortController().signal;
  const id = `test-cut-${process.pid}-${cells.length}`;
  const { rows } = await executeRun(withCells(plan, cells), ground, directory, id, () => undefined, signal);
  return { cell: (name) => join(directory, 'cells', name), rows };
}

function eventOf(cell: string, name: string): Record<string, number> & { status?: string } {
  const lines = readFileSync(join(cell, 'node-a.events.jsonl'), 'utf8').split('\n');
  return JSON.parse(lines.find((line) => line.includes(`"event":"${name}"`)) ?? expect.fail(`no ${name}`));
}

/** After `commit` comes the destination's answer, and then nothing that a cut could hit. */
const steps = ['begin', 'freeze', 'image', 'sockets', 'prepared', 'commit'] as const;

test('with the private link cut at each step of a migration, one node goes on, and no byte is wrong', async () => {
  const [small = expect.fail('no cell')] = plan.cells;
  // A cut after everything else, so that the instants of all steps are those of a migration without one.
  const before = await migrate([{ ...small, impairments: [cut(50_000 * ms)] }]);
  const zero = eventOf(before.cell(small.id), 'zero').t_ns ?? 0;
  const migration = eventOf(before.cell(small.id), 'migration');
  const cells = steps.map((step, index) => ({
    ...small,
    id: `0${index + 1}-${step}`,
    impairments: [cut((migration[`${step}_ns`] ?? 0) - zero)],
  }));
  const { cell, rows } = await migrate(cells);
  const found = rows.map(({ cell: id, rst, bytes_wrong, seq_backwards, ack_backwards, status, reason }) => {
    const said = ['node-a', 'node-b'].flatMap((machine) => [
      ...(/cut on private, from .*: (\d+) of (\d+) frames/
        .exec(readFileSync(join(cell(id), `${machine}.qemu.log`), 'utf8'))
        ?.slice(1)
        .map(Number) ?? []),
    ]);
    const [lostAtA = 0, comingToA = -1, lostAtB = 0, comingToB = -1] = said;
    return {
      ...{ id, rst, bytes_wrong, seq_backwards, ack_backwards, status, reason },
      ...{
        migration: eventOf(cell(id), 'migration').status,
        allLost: lostAtA === comingToA && lostAtB === comingToB,
        hasHit: lostAtA + lostAtB > 0,
      },
    };
  });
  expect(found).toEqual(
    cells.map(({ id }) => ({
      ...{ id, rst: 0, bytes_wrong: 0, seq_backwards: 0, ack_backwards: 0, status: 'valid', reason: '' },
      ...{ migration: 'ok', allLost: true, hasHit: true },
    })),
  );
}, 600_000);
