// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Corpus } from '../plan/fuzz.ts';
import { readDocument } from '../spec/document.ts';
import { versionOf } from '../spec/version.ts';
import { saveJson } from './json-file.ts';

const count = z.int().min(0);

/** How many inputs came how far: `struct tally` of lab/module/fuzz, and what the module counts. */
export const tallySchema = z.object({
  inputs: count,
  /** By the parser, a range or a rule. */
  refused: count,
  /** Reached the rebuild: a socket was begun. */
  rebuilds: count,
  built: count,
  activated: count,
  /** A byte of the peer's was acknowledged. */
  spoken: count,
  closed: count,
  /** Something was left of it, until it was destroyed by the administrator. */
  left: count,
});
export type Tally = z.infer<typeof tallySchema>;

const bootSchema = z.object({
  number: z.int(),
  seconds: z.number(),
  tally: tallySchema,
  /** States that the module's parser took; null of a boot that ended early. */
  parsed: count.nullable(),
  edges: count,
  kcov: z.boolean(),
  /** Empty when the boot ended well. */
  problem: z.string(),
});
export type FuzzedBoot = z.infer<typeof bootSchema>;

const campaignSchema = z.looseObject({
  version: versionOf('fuzz.json', 1),
  id: z.string(),
  experiment: z.object({ title: z.string(), file: z.string() }),
  recipe: z.string(),
  wanted: count,
  boots: z.array(bootSchema),
});
/** fuzz.json of a run's folder; the corpus lies beside it, in seeds/ and inputs.txt. */
export type Campaign = z.infer<typeof campaignSchema>;

const campaignFile = 'fuzz.json';

export const isCampaign = (directory: string): boolean => existsSync(join(directory, campaignFile));

/** @throws Fault (64) when the folder holds none, or one that is faulty */
export const readCampaign = (directory: string): Promise<Campaign> =>
  readDocument(
    join(directory, campaignFile),
    campaignSchema,
    'Name a folder that `miglab run` of a fuzzing experiment wrote.',
  );

export const saveCampaign = (directory: string, campaign: Campaign): Promise<void> =>
  saveJson(directory, campaignFile, campaign);

const seedsFolder = (directory: string) => join(directory, 'seeds');
const inputsFile = (directory: string) => join(directory, 'inputs.txt');

/** What earlier boots brought. */
export async function readCorpus(directory: string): Promise<Corpus> {
  const folder = seedsFolder(directory);
  const names = existsSync(folder) ? await readdir(folder) : [];
  const seeds = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name))] as const),
  );
  const text = existsSync(inputsFile(directory)) ? await readFile(inputsFile(directory), 'utf8') : '';
  return { seeds: new Map(seeds), inputs: text.split('\n').filter(Boolean) };
}

export async function keepSeeds(directory: string, seeds: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await mkdir(seedsFolder(directory), { recursive: true });
  for (const [name, content] of seeds) await writeFile(join(seedsFolder(directory), name), content);
}

export const keepInputs = (directory: string, inputs: readonly string[]): Promise<void> =>
  appendFile(inputsFile(directory), inputs.map((each) => `${each}\n`).join(''));

const names = Object.keys(tallySchema.shape) as (keyof Tally)[];

/** The sum, field by field. Pure. */
export const sumOf = (tallies: readonly Tally[]): Tally =>
  Object.fromEntries(
    names.map((name) => [name, tallies.reduce((sum, each) => sum + each[name], 0)]),
  ) as Tally;
