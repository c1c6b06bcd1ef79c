// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Measurement } from '../../src/analysis/measurement.ts';
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

/**
 * Boots the same cell with this impairment alone: up to its begin it is the same to the bit.
 *
 * @returns the cell's folder, and its row
 */
async function migrate(impairment: WireImpairment): Promise<{ cell: string; row: Measurement }> {
  const directory = join(mkdtempSync(join(tmpdir(), 'miglab-cut-')), 'run');
  const [small = expect.fail('no cell')] = plan.cells;
  const changed = withCells(plan, [{ ...small, impairments: [impairment] }]);
  const signal = new AbortController().signal;
  const id = `test-cut-${process.pid}`;
  const { rows } = await executeRun(changed, ground, directory, id, () => undefined, signal);
  return { cell: join(directory, 'cells', small.id), row: rows[0] ?? expect.fail('no row') };
}

/** Frames that came to either node while the link was cut, and how many of them were lost. */
function hits(cell: string): { lost: number; coming: number } {
  const said = ['node-a', 'node-b'].map((machine) =>
    /cut on private, from .*: (\d+) of (\d+) frames/.exec(
      readFileSync(join(cell, `${machine}.qemu.log`), 'utf8'),
    ),
  );
  const sum = (group: 1 | 2) => said.reduce((total, found) => total + Number(found?.[group]), 0);
  return { lost: sum(1), coming: sum(2) };
}

function eventOf(cell: string, name: string): Record<string, number> & { status?: string } {
  const lines = readFileSync(join(cell, 'node-a.events.jsonl'), 'utf8').split('\n');
  return JSON.parse(lines.find((line) => line.includes(`"event":"${name}"`)) ?? expect.fail(`no ${name}`));
}

/** After `commit` comes the destination's answer, and then nothing that a cut could hit. */
const steps = ['begin', 'freeze', 'image', 'sockets', 'prepared', 'commit'] as const;

test('with the private link cut at each step of a migration, one node goes on, and no byte is wrong', async () => {
  // A cut after everything else: the instants of all steps are those of a migration without one.
  const whole = await migrate(cut(50_000 * ms));
  const zero = eventOf(whole.cell, 'zero').t_ns ?? 0;
  const migration = eventOf(whole.cell, 'migration');
  for (const step of steps) {
    const { cell, row } = await migrate(cut((migration[`${step}_ns`] ?? 0) - zero));
    const { lost, coming } = hits(cell);
    expect(lost, step).toBeGreaterThan(0);
    expect(lost, step).toBe(coming);
    expect(eventOf(cell, 'migration').status, step).toBe('ok');
    expect(row, step).toMatchObject({
      ...{ rst: 0, bytes_wrong: 0, seq_backwards: 0, ack_backwards: 0, status: 'valid', reason: '' },
    });
  }
}, 600_000);
