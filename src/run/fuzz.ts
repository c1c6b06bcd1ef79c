// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { z } from 'zod';
import type { Report } from '../image/report.ts';
import { corpusFiles, type FuzzBoot, fuzzScenario } from '../plan/fuzz.ts';
import type { LabPlan } from '../plan/lab.ts';
import { machineFiles } from '../plan/qemu.ts';
import { runCell } from './cell.ts';
import {
  type Campaign,
  type FuzzedBoot,
  keepInputs,
  keepSeeds,
  readCorpus,
  saveCampaign,
  sumOf,
  type Tally,
  tallySchema,
} from './fuzz-campaign.ts';
import type { Ground } from './ground.ts';

export interface FuzzRun {
  /** One machine. */
  lab: LabPlan;
  bootS: number;
  situations: readonly string[];
}

const event = z.looseObject({ event: z.string() });
const progressEvent = tallySchema.extend({ edges: z.int(), kcov: z.boolean() });
const seedEvent = z.looseObject({ name: z.string().regex(/^[a-z0-9-]+$/), part: z.string() });
const keptEvent = z.looseObject({ input: z.string() });

/**
 * Time for the machine to boot, to export states or to load the corpus, and to look for leaks at its end: a few minutes,
 * and a quarter of an hour was seen on a host that did much else.
 */
const aroundS = 1800;

/** Boots machines until the campaign has as many inputs as are wanted, or one boot went wrong; each boot is kept as it ends. */
export async function executeFuzz(
  run: FuzzRun,
  campaign: Campaign,
  ground: Ground,
  directory: string,
  report: Report,
  signal: AbortSignal,
): Promise<Campaign> {
  await mkdir(directory, { recursive: true });
  await saveCampaign(directory, campaign);
  for (;;) {
    const done = sumOf(campaign.boots.map(({ tally }) => tally)).inputs;
    if (done >= campaign.wanted) return campaign;
    const { processors } = run.lab.machines[0] ?? { processors: 1 };
    const plan: FuzzBoot = {
      ...{
        number: campaign.boots.length + 1,
        inputs: campaign.wanted - done,
        seconds: run.bootS,
        processors,
      },
    };
    const boot = await fuzzOnce(run, plan, campaign, ground, directory, report, signal);
    campaign.boots.push(boot);
    await saveCampaign(directory, campaign);
    if (boot.problem) return campaign;
  }
}

/** Tries one input of a campaign again. @returns the problem, or the empty string */
export async function repeatInput(
  run: FuzzRun,
  again: { input: string; times: number },
  campaign: Campaign,
  ground: Ground,
  directory: string,
  signal: AbortSignal,
): Promise<string> {
  const plan: FuzzBoot = { number: 1, inputs: again.times, seconds: 0, processors: 1, input: again.input };
  const folder = join(directory, 'again');
  const { problem } = await boot(run, plan, campaign, ground, directory, folder, () => undefined, signal);
  return problem;
}

async function fuzzOnce(
  run: FuzzRun,
  plan: FuzzBoot,
  campaign: Campaign,
  ground: Ground,
  directory: string,
  report: Report,
  signal: AbortSignal,
): Promise<FuzzedBoot> {
  const begin = Date.now();
  const told = new Told();
  const folder = join(directory, 'boots', String(plan.number).padStart(3, '0'));
  report({ stage: `boot ${plan.number}`, detail: 'starts' });
  const { problem } = await boot(
    run,
    plan,
    campaign,
    ground,
    directory,
    folder,
    (line) => told.take(line),
    signal,
    () => report({ stage: `boot ${plan.number}`, detail: told.summary() }),
  );
  if (told.seeds.size > 0) await keepSeeds(directory, told.seeds);
  if (told.kept.length > 0) await keepInputs(directory, told.kept);
  return {
    ...{ number: plan.number, seconds: Math.round((Date.now() - begin) / 1000), tally: told.tally() },
    ...{ parsed: told.counter('parsed'), edges: told.edges, kcov: told.kcov, problem },
  };
}

async function boot(
  run: FuzzRun,
  plan: FuzzBoot,
  campaign: Campaign,
  ground: Ground,
  directory: string,
  folder: string,
  onLine: (line: string) => void,
  signal: AbortSignal,
  onProgress = () => {},
): Promise<{ problem: string }> {
  const corpus = await readCorpus(directory);
  const whole = corpus.seeds.size > 0 ? plan : { ...plan, situations: run.situations };
  await mkdir(folder, { recursive: true });
  const { problem } = await runCell({
    ...{ name: `${campaign.id}.${plan.number}`, plan: run.lab, ground, directory: folder, signal },
    ...{ clock: 'real', timeoutS: run.bootS + aroundS, captures: [], files: corpusFiles(corpus) },
    scenarios: Object.fromEntries(run.lab.machines.map(({ name }) => [name, fuzzScenario(name, whole)])),
    onEvent: (_, line) => {
      onLine(line);
      if (line.includes('"event":"fuzz"')) onProgress();
    },
  });
  return { problem };
}

/** The inputs that were under way when the kernel spoke: its log has each one's name before it is tried. */
export async function suspects(run: FuzzRun, directory: string, bootNumber: number): Promise<string[]> {
  const [machine] = run.lab.machines;
  const path = join(
    directory,
    'boots',
    String(bootNumber).padStart(3, '0'),
    machineFiles(machine?.name ?? '').console,
  );
  return suspectsIn(await readFile(path, 'utf8'));
}

/** The last inputs before the first report, the latest first. Pure. */
export function suspectsIn(console: string, most = 4): string[] {
  const report = /(?:WARNING: |BUG: |UBSAN: |Oops|refcount_t: |general protection)/.exec(console);
  const before = report ? console.slice(0, report.index) : console;
  const names = [...before.matchAll(/tcpmig-fuzz: (\S+)/g)].map(([, name = '']) => name);
  return names.slice(-most).reverse();
}

/** What the fuzzers of one boot told. Each begins a line of its own at 0, so what counts is the last of each. */
class Told {
  readonly kept: string[] = [];
  edges = 0;
  kcov = false;
  #parts = new Map<string, string>();
  #last = new Map<unknown, Tally>();
  #counters = '';

  take(line: string): void {
    const parsed = event.safeParse(parseLine(line));
    if (!parsed.success) return;
    const told = parsed.data;
    if (told.event === 'fuzz' || told.event === 'fuzz-end') this.#progress(told);
    if (told.event === 'fuzz-kept') this.kept.push(keptEvent.parse(told).input);
    if (told.event === 'module') this.#counters = String(told.counters);
    if (told.event !== 'seed') return;
    const { name, part } = seedEvent.parse(told);
    this.#parts.set(name, (this.#parts.get(name) ?? '') + part);
  }

  #progress(told: z.infer<typeof event>): void {
    const { edges, kcov, ...tally } = progressEvent.parse(told);
    this.#last.set(told.series, tally);
    this.edges = Math.max(this.edges, edges);
    this.kcov ||= kcov;
  }

  get seeds(): Map<string, Uint8Array> {
    return new Map([...this.#parts].map(([name, text]) => [name, inflateSync(Buffer.from(text, 'base64'))]));
  }

  tally = (): Tally => sumOf([...this.#last.values()]);

  summary(): string {
    const { inputs, rebuilds, activated, spoken } = this.tally();
    return `${inputs} inputs, ${rebuilds} rebuilt, ${activated} activated, ${spoken} spoken with; ${this.kept.length} kept`;
  }

  counter(name: string): number | null {
    const value = new RegExp(`^${name} (\\d+)$`, 'm').exec(this.#counters)?.[1];
    return value === undefined ? null : Number(value);
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // Half a line of a machine that was ended.
  }
}
