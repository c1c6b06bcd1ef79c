// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MeasuredRun, Trial } from '../../../../src/report/compare/trial.ts';
import { measurementsCsv } from '../rows.ts';

/** Writes what a comparison reads of a run, as `miglab run` does. Cells are named after row's `cell`. */
export function writeRun(folder: string, { record, trials }: Pick<MeasuredRun, 'record' | 'trials'>): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'run.json'), JSON.stringify(record));
  writeFileSync(join(folder, 'measurements.csv'), measurementsCsv(trials.map(({ row }) => row)));
  for (const each of trials) writeCell(join(folder, 'cells', each.row.cell), cellFile(each));
  return folder;
}

export function writeCell(folder: string, cell: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cell.json'), JSON.stringify(cell));
}

export const cellFile = ({ row, condition: { impairments, ...asked } }: Trial): object => ({
  ...{ version: 1, cell: row.cell, attempt: 1, seed: row.seed, repetitions: 1, ...asked },
  ...(impairments === '' ? {} : { impairments: JSON.parse(impairments) }),
  nodes: ['node-a', 'node-b'].map((name, index) => ({
    ...{ name, public_mac: `52:54:00:4d:00:0${index + 1}`, public_address: '10.77.0.1' },
    private_address: `10.77.1.${index + 1}`,
  })),
  peer: { name: 'peer', public_mac: '52:54:00:4d:00:64', public_address: '10.77.0.100', port: 7000 },
  capture: { file: 'public.pcap' },
});
