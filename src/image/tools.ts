// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { packagePath } from '../package.ts';
import { type BuildRoot, buildRootHash, ensureBuildRoot, headersPlace, runInRoot } from './buildroot.ts';
import { buildOnce, builtFolder } from './cache.ts';
import { type LayerEntry, writeLayer } from './cpio.ts';
import type { GuestImage } from './guest.ts';
import { ensureKernel, kernelHash, kernelSource } from './kernel-build.ts';
import { type Lock, readLock } from './lock.ts';
import { type ModuleChoice, moduleSourceHash, ownModule } from './module-choice.ts';
import { readGuestRecipe } from './recipe.ts';
import type { Report } from './report.ts';
import { allFiles, builderFiles, compiledFiles, sourceHash } from './source.ts';

/** Ways in which the module can be built wrong on purpose, to see that the tests notice. */
export const breakNames = ['rst', 'timestamps', 'queue', 'leak', 'marks'] as const;
export type BreakName = (typeof breakNames)[number];

/** The module and the programs, as a layer of the initramfs. */
export interface ToolsLayer {
  /** Path of the archive, which holds opt/miglab/{bin,lib,module}. */
  layer: string;
  hash: string;
  /** Path of tcpmig.ko, and its SHA-256. */
  module: string;
  moduleHash: string;
  /** What tcpmig.ko was built of: hash of its sources, and which they are if they are not lab/module. */
  moduleSource: { sha256: string; chosen: string | null };
  broken?: BreakName;
}

/** The module's place below /opt/miglab. */
const moduleFile = 'module/tcpmig.ko';

const labFolder = packagePath('lab');
const folders = [
  ...(['module', 'module/selftest', 'module/states', 'module/fuzz', 'module/race'] as const),
  ...(['tools', 'workload', 'cr', 'tcpmig-state', 'tcpcp'] as const),
] as const;
type Folder = (typeof folders)[number];
// What several folders include or are linked with; a change builds them all.
const included = ['tools', 'module/uapi', 'libtcpmig'];
// And what is compiled of other folders.
const shared: Partial<Record<Folder, string[]>> = {
  'module/fuzz': ['module/selftest', 'module/states'],
  'module/race': ['module/selftest', 'module/fuzz'],
};

/**
 * Finds or builds the layer for a guest, with the compiler of the guest's release. Each folder of lab/ is built and
 * cached by itself.
 *
 * @throws Fault (70) with the compiler's words
 */
export async function ensureTools(
  guest: GuestImage,
  { break: wrong, module: choice = ownModule }: { break?: BreakName; module?: ModuleChoice },
  report: Report,
): Promise<ToolsLayer> {
  const lock = await readLock(guest.name);
  const entries: LayerEntry[] = [];
  const hashes: string[] = [];
  let module = '';
  for (const folder of presentFolders()) {
    const broken = folder === 'module' ? wrong : undefined;
    const hash = await folderHash(folder, lock, broken, choice);
    const built = await buildOnce(builtFolder('tools', hash), `lab/${folder}`, report, async (into) => {
      const root = await ensureToolsRoot(guest.name, lock, report);
      report({ stage: `compiling lab/${folder} for ${guest.kernelRelease}` });
      await compile(root, folder, guest.kernelRelease, broken, into, choice);
    });
    entries.push(...(await products(built)));
    hashes.push(hash);
    if (folder === 'module') module = join(built, 'files', moduleFile);
  }
  const moduleSource = { sha256: await moduleSourceHash(choice), chosen: choice.chosen };
  return { module, moduleSource, ...(await finishLayer(entries, hashes, wrong, report)) };
}

/** The build root of an image, with the headers of its kernel. */
export async function ensureToolsRoot(image: string, lock: Lock, report: Report): Promise<BuildRoot> {
  const root = await ensureBuildRoot(image, lock, report);
  const recipe = await readGuestRecipe(image);
  return kernelSource(recipe) ? { ...root, headers: (await ensureKernel(recipe, report)).headers } : root;
}

/** Folders of lab/ that can be built. */
export const presentFolders = (): Folder[] =>
  folders.filter((each) => existsSync(join(labFolder, each, 'Makefile')));

/** Identifies the layer's parts before they are built. */
export async function toolsHashes(lock: Lock): Promise<string[]> {
  return Promise.all(presentFolders().map((folder) => folderHash(folder, lock, undefined)));
}

/** Identifies the layer made of these parts. */
export const layerHash = (parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('hex');

/** Identifies what one folder of lab/ is compiled to, before it is. */
export async function folderHash(
  folder: Folder,
  lock: Lock,
  broken: BreakName | undefined,
  choice = ownModule,
): Promise<string> {
  const sources = [folder, ...included, ...(shared[folder] ?? [])]
    .map((each) => sourceFolder(each, folder, choice))
    .filter(existsSync);
  const kernel = folder === 'module' ? await kernelHash(lock) : '';
  const more = [folder, buildRootHash(lock), broken ?? '', kernel];
  return sourceHash([...sources, ...builderFiles('buildroot.ts', 'tools.ts')], more, compiledFiles);
}

/** Where a folder of lab/ has its sources. A choice of module is one of tcpmig.ko: programs keep the interface of lab/. */
const sourceFolder = (each: string, compiled: string, { folder }: ModuleChoice): string =>
  compiled === 'module' && /^module(\/|$)/.test(each)
    ? join(folder, each.slice('module'.length))
    : join(labFolder, each);

/** Compiles one folder of lab/ into `into`/files, whatever the cache holds. */
export async function compile(
  root: BuildRoot,
  folder: Folder | 'lockstep',
  kernelRelease: string,
  broken: BreakName | undefined,
  into: string,
  choice = ownModule,
): Promise<void> {
  const work = join(into, 'work');
  await copySources(folder, join(work, 'lab'), choice);
  await mkdir(join(work, 'out'));
  const variables = [
    // Kbuild would take O for its own.
    ...(folder === 'module' ? [] : ['O=/build/out']),
    `KDIR=${headersPlace(root, kernelRelease)}`,
    ...(broken ? [`BREAK=${broken}`] : []),
  ];
  const script = [
    `make -s -j2 -C lab/${folder} ${variables.join(' ')} all`,
    // Kbuild writes beside the sources. Debug information is most of a module's size, and guests unpack it at boot.
    "find lab -name '*.ko' -exec cp -t out {} +",
    "find out -name '*.ko' -exec strip --strip-debug {} +",
  ].join('\n');
  const outcome = await runInRoot(root, work, script);
  if (outcome.code !== 0)
    throw new Fault(
      ExitCode.bug,
      `lab/${folder} does not compile for ${kernelRelease}:\n${(outcome.stderr || outcome.stdout).trim().slice(-6000)}`,
    );
  await collect(join(work, 'out'), into);
  await rm(work, { recursive: true });
}

/** All of lab/ that compiles: folders include each other's headers. */
async function copySources(folder: string, target: string, choice: ModuleChoice): Promise<void> {
  const top = new Set([
    folder.split('/')[0] as string,
    ...included.map((each) => each.split('/')[0] as string),
  ]);
  for (const each of top) {
    const from = sourceFolder(each, folder, choice);
    if (!existsSync(from)) continue;
    for (const file of await compiledFiles(from)) await cp(join(from, file), join(target, each, file));
  }
}

/** A kernel module goes to module/, a library to lib/, any other program to bin/; objects and tests stay behind. */
async function collect(out: string, into: string): Promise<void> {
  for (const file of await allFiles(out)) {
    const place = await placeOf(out, file);
    if (!place) continue;
    const target = join(into, 'files', place, basename(file));
    await cp(join(out, file), target);
  }
}

async function placeOf(out: string, file: string): Promise<string | undefined> {
  if (file.endsWith('.ko')) return 'module';
  if (/(^|\/)test\//.test(file) || /\.(o|a|d|c|h)$/.test(file)) return undefined;
  if (/\.so(\.\d+)*$/.test(file)) return 'lib';
  if (/^lib\//.test(file)) return 'lib';
  return (await stat(join(out, file))).mode & 0o100 ? 'bin' : undefined;
}

async function products(built: string): Promise<LayerEntry[]> {
  const folder = join(built, 'files');
  if (!existsSync(folder)) return [];
  return Promise.all(
    (await allFiles(folder)).map(async (file) => {
      const mode = (await stat(join(folder, file))).mode & 0o100 ? 0o755 : 0o644;
      return { path: `opt/miglab/${file}`, mode, content: await readFile(join(folder, file)) };
    }),
  );
}

async function finishLayer(
  entries: LayerEntry[],
  hashes: string[],
  broken: BreakName | undefined,
  report: Report,
): Promise<Omit<ToolsLayer, 'module' | 'moduleSource'>> {
  const hash = layerHash(hashes);
  const folder = await buildOnce(builtFolder('tools', hash), 'the tools layer', report, (into) =>
    writeFile(join(into, 'layer'), writeLayer(entries)),
  );
  const module = entries.find(({ path }) => path.endsWith(`/${moduleFile}`));
  const moduleHash = module ? createHash('sha256').update(module.content).digest('hex') : '';
  return { layer: join(folder, 'layer'), hash, moduleHash, ...(broken ? { broken } : {}) };
}
