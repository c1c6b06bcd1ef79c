// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findEndpoints } from '../analysis/connection.ts';
import { parseEvents } from '../analysis/events.ts';
import { analyseFolder, readSpec } from '../analysis/run.ts';
import { ExitCode, Fault } from '../fault.ts';
import { builtFolder, placeOnce } from '../image/cache.ts';
import { readCapture } from '../pcap/capture.ts';
import type { LabPlan, MachinePlan } from '../plan/lab.ts';
import { guestFiles, scenarioScript } from '../plan/script.ts';
import { saveJson } from '../run/json-file.ts';
import { type Boot, bootCell, bootScenarios, type Stand } from './boot.ts';
import type { Product } from './build.ts';
import { givenCapture, type Question, questionFile, reader } from './curve.ts';
import { eventText } from './event-lines.ts';
import { groundOf } from './evidence.ts';
import type { PlannedCheck } from './plan.ts';
import { withWires } from './window-scenario.ts';

type CurveCheck = Extract<PlannedCheck, { kind: 'curve' }>;

/**
 * The capture of a migration with the lab's own module: made once, and in the cache for all submissions.
 *
 * @throws Fault (70) when the lab itself does not carry it out
 */
async function ensureCapture({ lab, cell }: CurveCheck, name: string, stand: Stand): Promise<string> {
  const what = JSON.stringify([groundOf(stand.ground), lab, cell]);
  const hash = createHash('sha256').update(what).digest('hex');
  const place = builtFolder('captures', hash);
  const built = await placeOnce(
    place,
    `the capture of ${cell.id}`,
    () => undefined,
    async (into) => {
      const folder = join(into, 'cell');
      const problem = await bootCell(lab, cell, { name: `${name}.c`, files: [], folder }, stand);
      if (problem) throw new Fault(ExitCode.bug, `the capture of ${cell.id} cannot be made: ${problem}`);
    },
  );
  return join(built, 'cell');
}

/** Runs the program that was handed in on a machine that has the capture and nothing else. @returns what was wrong */
export async function bootCurve(
  planned: CurveCheck,
  { content }: Product,
  { name, folder }: Omit<Boot, 'files'>,
  stand: Stand,
): Promise<string> {
  const made = await ensureCapture(planned, name, stand);
  const { lab, curve } = planned;
  const question = await ask(made);
  const capture = await withTimes(join(made, `${lab.cluster.wire}.pcap`), curve.times);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, givenCapture), capture);
  await saveJson(folder, questionFile, question);
  const files = [
    { path: 'root/given.pcap', mode: 0o644, content: capture },
    { path: 'root/program.py', mode: 0o644, content },
  ];
  const alone = loneReader(lab);
  const scenario = (machine: MachinePlan) => readerScript(alone, machine, question, planned);
  return bootScenarios(alone, scenario, curve.timeoutS, { name, files, folder }, stand);
}

/** Which connection, and from what instant: that of the freeze. */
async function ask(folder: string): Promise<Question> {
  const cell = await readSpec(folder);
  const texts = await Promise.all(cell.nodes.map(({ name }) => eventText(folder, name)));
  const ends = findEndpoints(
    cell,
    texts.flatMap((text) => parseEvents(text).migrations),
  );
  const [row] = (await analyseFolder(folder, cell)).rows;
  const { epochNs } = await readCapture(createReadStream(join(folder, cell.capture.file)), () => undefined);
  if (!ends || epochNs === undefined || typeof row?.freeze_at_ms !== 'number')
    throw new Fault(ExitCode.bug, `the capture of ${cell.cell} shows no migration`);
  const [local = '', remote = ''] = ends.text.split('-');
  return { local, remote, instant_ns: String(epochNs + BigInt(Math.round(row.freeze_at_ms * 1e6))) };
}

/** The capture with its times in this unit. What the lab writes counts nanoseconds, in little-endian order. */
async function withTimes(file: string, times: 'us' | 'ns'): Promise<Buffer> {
  const bytes = await readFile(file);
  if (times === 'ns') return bytes;
  bytes.writeUInt32LE(0xa1b2c3d4, 0);
  for (let at = 24; at + 16 <= bytes.length; at += 16 + bytes.readUInt32LE(at + 8))
    bytes.writeUInt32LE(Math.floor(bytes.readUInt32LE(at + 4) / 1000), at + 4);
  return bytes;
}

function loneReader(lab: LabPlan): LabPlan {
  const machines = lab.machines.filter(({ name }) => name === reader);
  return withWires({ ...lab, machines }, (wire) => wire === 'control');
}

const [out, err] = ['/run/program.out', '/run/program.err'];

/** The program's time is the machine's: the same program takes as long on every host. */
function readerScript(
  lab: LabPlan,
  machine: MachinePlan,
  question: Question,
  { check, curve }: CurveCheck,
): string {
  const { local, remote, instant_ns } = question;
  const programS = Math.max(1, curve.timeoutS - 4);
  return scenarioScript(lab, machine, check.id, curve.timeoutS, [
    `(ulimit -f 4096; exec timeout -s KILL ${programS} python3 /root/program.py /root/given.pcap ${local} ${remote} ${instant_ns} > ${out} 2> ${err}) && code=0 || code=$?`,
    `head -n 20000 ${out} | cut -c 1-100 | tr -cd '0-9.,\\n-' | sed 's/.*/{"event":"line","text":"&"}/' >> ${guestFiles.events}`,
    `say program-end "exit=$code" "said=$(tail -c 1500 ${err})"`,
  ]);
}
