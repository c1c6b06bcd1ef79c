// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from '../../../../src/analysis/measurement.ts';
import { measurementsCsv, record, row, windowsCsv } from '../rows.ts';

/** A reference that stays as it is: what tests say of it is not of today's. */
const frozen = 'test/fixtures/reference/figures.reference.json';

/**
 * A reference's rows, with what it does not keep of them: the window before is that of the window that the README says is
 * kept.
 */
export function referenceRows(file = frozen): Measurement[] {
  const { cells } = JSON.parse(readFileSync(file, 'utf8')) as {
    cells: Record<string, { rows: Partial<Measurement>[] }>;
  };
  return Object.entries(cells).flatMap(([cell, { rows }]) => {
    const [, role, size, seed] = /^\d+-(\w+)-(\d+)mb-.*-s(\d+)$/.exec(cell) ?? [];
    return rows.map((given) =>
      row({
        ...{
          cell,
          role: role as Measurement['role'],
          image_mb: Number(size),
          seed: Number(seed),
          clock: 'virtual',
        },
        ...{ window_before: 2_157_000, window_scale: 6, ...given },
      }),
    );
  });
}

const folder = (id: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'miglab-evaluation-')), id);
  mkdirSync(path);
  return path;
};

/** The folder of a run with these rows, without captures. */
export function rowsFolder(rows: readonly Measurement[], of: object = {}): string {
  const path = folder('figures-1');
  writeFileSync(join(path, 'run.json'), JSON.stringify({ ...record, clock: 'virtual', ...of }));
  writeFileSync(join(path, 'measurements.csv'), measurementsCsv(rows));
  writeFileSync(join(path, 'windows.csv'), windowsCsv([]));
  return path;
}

const claims = [
  'peer-unmodified',
  'connection-not-interrupted',
  'peer-goes-on-sending',
  'nothing-contradictory',
];

/** The folder of a run in which connections were passed. @param broken claims that do not hold */
export function passesFolder(broken: readonly string[] = [], problem = ''): string {
  const path = folder('pass-1');
  const { version, host, qemu, accelerator, guest, module, image, git, started } = record;
  const findings = claims.map((claim) => ({
    claim,
    holds: !broken.includes(claim),
    evidence: `what ${claim} shows`,
  }));
  const passes = {
    ...{ version, host, qemu, accelerator, guest, module, image, git, started, id: 'pass-1' },
    experiment: { title: 'Passing', file: 'experiments/tcpcp/pass.exp.yml' },
    cells: [{ id: '01-pass', problem, passes: [{}], connections: [], findings }],
  };
  writeFileSync(join(path, 'passes.json'), JSON.stringify(passes));
  return path;
}
