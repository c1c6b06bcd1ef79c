// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { analyseCell } from '../../../src/analysis/cell.ts';
import { parseCellFile } from '../../../src/analysis/cell-file.ts';
import { readCaptureFile } from '../../../src/pcap/capture-file.ts';

/** What a process of its own, which did nothing else, needed to analyse a cell several times over. */
export interface Cost {
  frames: number;
  /** Seconds of each analysis: the first has the program still to be compiled. */
  analysis: number[];
  /** Seconds of each decoding of the capture alone, after that. */
  decoding: number[];
  /** Peak resident memory when the first analysis had ended, MB. */
  peakMb: number;
}

const [dir = '', times = '1'] = process.argv.slice(2);
const path = join(dir, 'cell.json');
const spec = parseCellFile(path, await readFile(path, 'utf8'));

const analysis = [await seconds(analyse)];
const peakMb = process.resourceUsage().maxRSS / 1000;
for (let time = 1; time < Number(times); time++) analysis.push(await seconds(analyse));
const capture = join(dir, spec.capture.file);
let frames = 0;
const decoding: number[] = [];
for (let time = 1; time < Number(times); time++)
  decoding.push(
    await seconds(async () => {
      frames = (await readCaptureFile(capture, () => undefined)).frames;
    }),
  );
process.stdout.write(JSON.stringify({ frames, analysis, decoding, peakMb } satisfies Cost));

/** Fails unless every migration was found valid: then the analysis has done all of its work. */
async function analyse(): Promise<void> {
  const { rows } = await analyseCell({ dir, spec });
  const wrong = rows.find(({ status }) => status !== 'valid');
  if (wrong) throw new Error(`migration ${wrong.rep} is ${wrong.status}: ${wrong.reason}`);
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
