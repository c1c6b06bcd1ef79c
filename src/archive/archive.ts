// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { lockHash, readLock } from '../image/lock.ts';
import { recipeNames } from '../image/recipe.ts';
import type { Report } from '../image/report.ts';
import { packageVersion } from '../package.ts';
import { assess, type System } from '../report/evaluation/assessment.ts';
import { type Evidence, readEvidence } from '../report/evaluation/evidence.ts';
import { readSystems } from '../report/evaluation/systems.ts';
import { writeReport } from '../report/write.ts';
import { isOwned } from '../run/owner.ts';
import { describeSource, sourceState } from '../run/source-state.ts';
import type { About, ArchivedRun } from './about.ts';
import { claimsTable } from './claims-table.ts';
import { aboutName, companions, type Entry, runEntries } from './contents.ts';
import { pack, type Written } from './pack.ts';
import { indexPage, readme } from './pages.ts';

/**
 * Writes runs, and all that is needed to read them, into one file. The same runs and the same miglab give the same bytes.
 *
 * @param runs folders of runs
 * @throws Fault (64) for a run that is under way, or named twice; (69) when the file cannot be written
 */
export async function archiveRuns(
  runs: readonly string[],
  file: string,
  { captures, report }: { captures: boolean; report: Report },
): Promise<Written & { about: About }> {
  const systems = await readSystems();
  const archived: ArchivedRun[] = [];
  const entries: Entry[] = [];
  const ids = runs.map(idOf);
  for (const [index, directory] of runs.entries()) {
    const id = ids[index] as string;
    if (ids.indexOf(id) !== index)
      throw new Fault(ExitCode.usage, `two runs of the name ${id}`, 'Name each once.');
    report({ stage: `reading ${id}` });
    const { run, entries: own } = await readRunFolder(directory, id, systems, captures);
    archived.push(run);
    entries.push(...own);
  }
  const images = await imagesOf(archived);
  const about = await describe(archived, captures);
  const all = [...entries, ...(await companions(images))];
  const texts: Entry[] = [
    { path: aboutName, text: `${JSON.stringify(about, undefined, 2)}\n` },
    { path: 'claims.csv', text: claimsTable(archived) },
    { path: 'README.txt', text: readme(about) },
    {
      path: 'index.html',
      text: indexPage(
        about,
        archived,
        all.map(({ path }) => path),
      ),
    },
  ];
  return { ...(await pack([...all, ...texts], file, report)), about };
}

const idOf = (directory: string) => basename(resolve(directory));

async function readRunFolder(directory: string, id: string, systems: readonly System[], captures: boolean) {
  if (isOwned(directory))
    throw new Fault(ExitCode.usage, `${directory} is being carried out`, 'Archive it when it is over.');
  const evidence = hasClaims(directory) ? await readEvidence(directory) : null;
  if (evidence?.kind === 'rows' && !existsSync(join(directory, 'report.html'))) await writeReport(directory);
  const entries = await runEntries(directory, id, captures);
  const claims = evidence?.kind === 'rows' ? ownClaims(evidence, id, systems, entries) : [];
  const run: ArchivedRun = {
    ...{ id, evidence, files: [...entries, ...claims].map(({ path }) => path).sort() },
    assessments: evidence
      ? assess(systems, [evidence], 'full').filter(({ experiment }) => experiment === evidence.experiment)
      : [],
  };
  return { run, entries: [...entries, ...claims] };
}

/** A soak has rows, and neither curves nor a page. */
const hasClaims = (directory: string): boolean =>
  existsSync(join(directory, 'passes.json')) ||
  (existsSync(join(directory, 'measurements.csv')) && !existsSync(join(directory, 'soak.json')));

/** Beside run.json, where `miglab report` looks first: a later miglab may have other claims. */
function ownClaims(
  { experiment }: Evidence,
  id: string,
  systems: readonly System[],
  entries: readonly Entry[],
): Entry[] {
  const path = `runs/${id}/claims.yml`;
  const system = systems.find(({ name }) => experiment.startsWith(`${name}/`));
  return system && !entries.some((each) => each.path === path) ? [{ path, file: system.file }] : [];
}

async function imagesOf(runs: readonly ArchivedRun[]): Promise<string[]> {
  const known = await recipeNames();
  const used = runs.flatMap(({ evidence }) => evidence?.circumstances.image.recipe ?? []);
  return [...new Set(['qemu', ...used])].filter((name) => known.includes(name)).sort();
}

async function describe(runs: readonly ArchivedRun[], captures: boolean): Promise<About> {
  const { commit, dirty } = await sourceState();
  return {
    ...{ version: 1, miglab: packageVersion() },
    source: { describe: await describeSource(), commit: commit ?? null, dirty: dirty ?? null },
    ...{ captures, runs: runs.map(({ id }) => id), otherLocks: await otherLocks(runs) },
  };
}

async function otherLocks(runs: readonly ArchivedRun[]): Promise<string[]> {
  const known = await recipeNames();
  const found = new Set<string>();
  for (const { evidence } of runs) {
    const { recipe, lock_sha256: lock } = evidence?.circumstances.image ?? {};
    if (recipe && lock && known.includes(recipe) && lockHash(await readLock(recipe)) !== lock)
      found.add(recipe);
  }
  return [...found].sort();
}
