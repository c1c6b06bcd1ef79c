// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { run } from './command.ts';
import { type Lock, type LockedPackage, writeLock } from './lock.ts';
import { findMirror } from './mirror.ts';
import { type GuestRecipe, type Recipe, readRecipe } from './recipe.ts';
import type { Report } from './report.ts';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Resolves a recipe's packages against the host's mirror to exact versions and hashes, which apt verifies down from
 * the archive's signature.
 *
 * @throws Fault (69) with apt's own words
 */
async function resolveRecipe(recipe: Recipe, report: Report): Promise<Lock> {
  const mirror = await findMirror();
  const suites = recipe.suites ?? [recipe.release];
  const folder = await mkdtemp(join(tmpdir(), 'miglab-apt-'));
  try {
    report({ stage: `asking the mirror for the packages of ${recipe.name}` });
    const apt = await privateApt(folder, mirror, suites);
    const root = await apt.resolve(rootPackages(recipe), recipe.assumed);
    const build = recipe.kind === 'guest' ? await apt.resolve(buildPackages(recipe), []) : [];
    return { format: 1, recipe: recipe.name, suites, root, build };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const rootPackages = (recipe: Recipe): string[] =>
  recipe.kind === 'guest' && typeof recipe.kernel === 'string'
    ? [recipe.kernel, ...recipe.packages]
    : recipe.packages;

const buildPackages = ({ kernel, build }: GuestRecipe): string[] =>
  typeof kernel === 'string' ? build.packages : [kernel.source, ...build.packages];

/** Locks the recipe to the versions that the mirror has today. */
export async function relock(name: string, report: Report): Promise<Lock> {
  const lock = await resolveRecipe(await readRecipe(name), report);
  await writeLock(lock);
  return lock;
}

/** An apt that knows nothing of the host's packages, sources and pins. */
async function privateApt(folder: string, mirror: string, suites: readonly string[]) {
  for (const each of ['lists/partial', 'cache/archives/partial', 'empty'])
    await mkdir(join(folder, each), { recursive: true });
  const status = join(folder, 'status');
  const settings = {
    'Dir::State': folder,
    'Dir::State::status': status,
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::Cache': join(folder, 'cache'),
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': join(folder, 'empty'),
    'Dir::Etc::preferences': join(folder, 'none'),
    'Dir::Etc::preferencesparts': join(folder, 'empty'),
    'APT::Architecture': 'amd64',
    'APT::Architectures': 'amd64',
    'APT::Install-Recommends': 'false',
    'APT::Sandbox::User': 'root',
    'APT::Update::Post-Invoke-Success': '',
    // An old snapshot of the archive is as good as today's: its Release file is out of date by design.
    'Acquire::Check-Valid-Until': 'false',
    'Acquire::ForceHash': 'SHA256',
    'Acquire::Languages': 'none',
    'Debug::NoLocking': 'true',
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  const sources = suites.map((suite) => `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`);
  await writeFile(join(folder, 'sources.list'), sources.join(''));
  await writeFile(status, '');
  const ask = async (program: string, ...args: string[]) => {
    const { code, stdout, stderr } = await run([program, ...options, ...args]);
    if (code === 0) return stdout;
    throw new Fault(
      ExitCode.hostLacks,
      `${program} ${args.join(' ')} failed:\n${stderr.trim()}`,
      'See that the mirror can be reached and that debian-archive-keyring is installed and new enough.',
    );
  };
  await ask('apt-get', 'update', '-q', '--error-on=any');

  return {
    async resolve(packages: readonly string[], assumed: readonly string[]): Promise<LockedPackage[]> {
      await writeFile(status, '');
      const known = assumed.length > 0 ? await ask('apt-cache', 'show', '--no-all-versions', ...assumed) : '';
      await writeFile(status, asInstalled(known));
      return parseUris(await ask('apt-get', 'install', '--print-uris', '-qq', ...packages), mirror);
    },
  };
}

/** A dpkg status in which the given packages (stanzas as `apt-cache show` prints them) count as installed. Pure. */
export function asInstalled(stanzas: string): string {
  return stanzas
    .split(/\n\n+/)
    .filter((stanza) => stanza.trim())
    .map((stanza) => {
      const kept = stanza
        .split('\n')
        .filter((line) => /^(Package|Version|Architecture|Multi-Arch|Provides):/.test(line));
      return `${kept.join('\n')}\nStatus: hold ok installed\nMaintainer: none\nDescription: assumed\n\n`;
    })
    .join('');
}

/** Lines of `apt-get --print-uris` to packages, sorted by name. Pure. */
export function parseUris(text: string, mirror: string): LockedPackage[] {
  const packages = text.split('\n').flatMap((line) => {
    const match = /^'(\S+)' (\S+) (\d+) SHA256:([0-9a-f]{64})/.exec(line);
    if (!match) return [];
    const [, uri = '', file = '', size = '', sha256 = ''] = match;
    const [name = '', version = '', architecture = ''] = decodeURIComponent(file)
      .replace(/\.deb$/, '')
      .split('_');
    const path = decodeURIComponent(uri.slice(mirror.length)).replace(/^\/+/, '');
    return [
      { name, version, architecture: architecture as 'amd64' | 'all', size: Number(size), sha256, path },
    ];
  });
  return packages.sort((a, b) => (a.name < b.name ? -1 : 1));
}
