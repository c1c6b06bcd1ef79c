// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { packagePath } from '../package.ts';
import { run } from './command.ts';
import { withScratch } from './scratch.ts';
import { compiledFiles, sourceHash } from './source.ts';

/** The sources that tcpmig.ko is built of. The programs in the guests are always those of lab/. */
export interface ModuleChoice {
  /** Absolute path of the folder with the Kbuild. */
  folder: string;
  /** What chooses the same again: an absolute path, or a commit; null for lab/module. */
  chosen: string | null;
}

export const ownModule: ModuleChoice = { folder: packagePath('lab', 'module'), chosen: null };

/** Identifies the sources: an equal copy elsewhere is the same choice, and comes out of the same place of the cache. */
export const moduleSourceHash = ({ folder }: ModuleChoice): Promise<string> =>
  sourceHash([folder], [], compiledFiles);

/**
 * Gives `use` the sources that were asked for: a folder of module sources, a checkout that has them in lab/module, or a
 * revision of the repository that this is a checkout of, taken out of git into a folder that goes away afterwards.
 *
 * @throws Fault (64) for what is none of them
 */
export async function withModuleSources<T>(
  asked: string,
  use: (choice: ModuleChoice) => Promise<T>,
): Promise<T> {
  const folder = folderOf(asked);
  if (folder) return use({ folder, chosen: folder === ownModule.folder ? null : folder });
  const commit = await commitOf(asked);
  return withScratch(async (scratch) => {
    await takeOut(commit, scratch);
    return use({ folder: join(scratch, inRepository), chosen: commit });
  });
}

/** What a module that was asked for is, before it is built. */
export interface ModuleFacts {
  /** Chooses the same later, when a branch has gone on; null for lab/module. */
  chosen: string | null;
  sha256: string;
  /** Whether its header is not the one that the programs in the guests are compiled with. */
  isOtherInterface: boolean;
}

/** @throws Fault (64) when there is no such module */
export const moduleFacts = (asked: string): Promise<ModuleFacts> =>
  withModuleSources(asked, async (choice) => ({
    chosen: choice.chosen,
    sha256: await moduleSourceHash(choice),
    isOtherInterface: (await interfaceHash(choice)) !== (await interfaceHash(ownModule)),
  }));

const interfaceHash = ({ folder }: ModuleChoice) => sourceHash([join(folder, 'uapi')], [], compiledFiles);

const inRepository = 'lab/module';

/** A folder goes before a revision of the same name. */
const folderOf = (asked: string): string | undefined =>
  [resolve(asked), resolve(asked, inRepository)].find((each) =>
    ['Kbuild', 'uapi'].every((name) => existsSync(join(each, name))),
  );

async function commitOf(asked: string): Promise<string> {
  const wanted = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${asked}^{commit}`];
  const { code, stdout } = await git(wanted);
  const commit = stdout.trim();
  if (code !== 0 || (await git(['cat-file', '-e', `${commit}:${inRepository}/Kbuild`])).code !== 0)
    throw new Fault(
      ExitCode.usage,
      `no module "${asked}": it is no folder with a Kbuild, and no revision that has ${inRepository}`,
      'Name a folder of module sources, a checkout, or a commit, tag or branch that git knows here.',
    );
  return commit;
}

/** By way of a file: `git archive | tar` would hide that git failed. */
async function takeOut(commit: string, scratch: string): Promise<void> {
  const archive = join(scratch, 'module.tar');
  for (const argv of [
    [...gitHere, 'archive', '--format=tar', `--output=${archive}`, commit, inRepository],
    ['tar', '--extract', `--file=${archive}`, `--directory=${scratch}`],
  ]) {
    const { code, stderr } = await run(argv);
    if (code !== 0)
      throw new Fault(ExitCode.hostLacks, `${commit} cannot be taken out of git: ${stderr.trim()}`);
  }
}

const gitHere = ['git', '-C', packagePath()];
const git = (words: readonly string[]) => run([...gitHere, ...words]);
