// SPDX-License-Identifier: GPL-2.0-only
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { buildOnce, builtFolder } from './cache.ts';
import { run } from './command.ts';
import { merged, readRoot } from './contents.ts';
import { type Node, writeArchive } from './cpio.ts';
import { decompress, unwrapKernel } from './kernel.ts';
import { type BuiltKernel, ensureKernel, kernelHash, kernelSource } from './kernel-build.ts';
import { type Lock, lockHash, packagesHash, readLock } from './lock.ts';
import { chooseModules, type KernelModule, moduleLists, moduleName } from './modules.ts';
import { fetchPackages } from './pool.ts';
import { type GuestRecipe, imagesFolder, readGuestRecipe } from './recipe.ts';
import type { Report } from './report.ts';
import { unpackPackages } from './root.ts';
import { allFiles, builderFiles, sourceHash } from './source.ts';

/** What a machine boots from. */
export interface GuestImage {
  /** Name of the recipe. */
  name: string;
  release: string;
  /** Path of the kernel. */
  kernel: string;
  kernelRelease: string;
  /** Path of the base archive; layers follow it. */
  initramfs: string;
  /** Of all that shaped the image. */
  hash: string;
  lockHash: string;
  /** More of the kernel's command line. */
  arguments: readonly string[];
  /** What a machine has at least. */
  memoryMb: number;
}

const initFolder = join(imagesFolder, 'init');
const builders = ['guest.ts', 'kernel.ts', 'contents.ts', 'modules.ts', 'cpio.ts', 'root.ts'];

/** Finds or builds the image of a recipe. @throws Fault (64) for a bad recipe, (69) for what the host lacks */
export async function ensureGuest(name: string, report: Report): Promise<GuestImage> {
  const recipe = await readGuestRecipe(name);
  const lock = await readLock(name);
  const hash = await guestHash(recipe, lock);
  const folder = await buildOnce(builtFolder('images', hash), name, report, (into) =>
    buildGuest(recipe, lock, into, report),
  );
  return {
    name,
    release: recipe.release,
    kernel: join(folder, 'kernel'),
    kernelRelease: await readFile(join(folder, 'kernel-release'), 'utf8'),
    initramfs: join(folder, 'initramfs'),
    hash,
    lockHash: lockHash(lock),
    arguments: kernelSource(recipe)?.arguments ?? [],
    memoryMb: kernelSource(recipe)?.memory_mb ?? 0,
  };
}

/** Identifies the image before it is built: kernel, packages, modules, init, and the code that puts them together. */
export const guestHash = async (recipe: GuestRecipe, lock: Lock): Promise<string> =>
  sourceHash(
    [initFolder, ...builderFiles(...builders)],
    [packagesHash(lock.root), JSON.stringify(recipe.modules), await kernelHash(lock)],
  );

/** Builds the image into a folder, whatever the cache holds. */
export async function buildGuest(
  recipe: GuestRecipe,
  lock: Lock,
  into: string,
  report: Report,
): Promise<void> {
  await fetchPackages(recipe.name, lock.root, report);
  report({ stage: `unpacking the root of ${recipe.name}` });
  const root = join(into, 'root.tar');
  await unpackPackages(lock.root, root);
  report({ stage: `writing the initramfs of ${recipe.name}` });
  const { nodes, ...packaged } = await takeApart(root);
  await rm(root);
  const { kernel, release, files, builtin } = kernelSource(recipe)
    ? await readKernel(await ensureKernel(recipe, report))
    : packaged;
  if (!kernel) throw new Fault(ExitCode.usage, 'the packages of the image hold no kernel');
  const modules = await chooseModules(
    [...recipe.modules.boot, ...recipe.modules.more],
    [...files.keys()],
    builtin,
    async (file) => {
      const content = files.get(file) as Buffer;
      return file.endsWith('.xz') ? decompress('xz', content) : content;
    },
  );
  const archive = writeArchive([
    ...(await appletLinks(nodes, into)),
    ...nodes,
    ...moduleLists(release, modules),
    ...skeleton,
    bootModules(recipe, modules),
    ...(await initNodes()),
  ]);
  await writeFile(join(into, 'kernel'), await unwrapKernel(kernel));
  await writeFile(join(into, 'kernel-release'), release);
  await writeFile(join(into, 'initramfs'), archive);
}

/** Separates a root's kernel and modules from what goes into the guest as it is. */
async function takeApart(root: string) {
  let kernel: Buffer | undefined;
  let release = '';
  let builtin = new Set<string>();
  const files = new Map<string, Buffer>();
  const nodes = await readRoot(root, (path, content) => {
    // Packages of 7.2 and later have it beside the modules.
    const image = /^(?:boot\/vmlinuz-(.+)|usr\/lib\/modules\/([^/]+)\/vmlinuz)$/.exec(path);
    if (image) {
      kernel = content;
      release = image[1] ?? image[2] ?? '';
    }
    const [, module] = /^usr\/lib\/modules\/[^/]+\/(.*)$/.exec(path) ?? [];
    if (module && /\.ko(\.xz)?$/.test(module)) files.set(module, content);
    if (module === 'modules.builtin') builtin = builtinModules(content.toString());
    return !path.startsWith('usr/lib/modules/');
  });
  return { kernel, release, files, builtin, nodes };
}

/** The same of a kernel that was compiled here. */
async function readKernel({ vmlinux, release, modules }: BuiltKernel) {
  const names = (await allFiles(modules)).filter((name) => name.endsWith('.ko'));
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(modules, name))] as const),
  );
  const builtin = builtinModules(await readFile(join(modules, 'modules.builtin'), 'utf8'));
  return { kernel: await readFile(vmlinux), release, files: new Map(files), builtin };
}

const builtinModules = (list: string): Set<string> => new Set(list.split('\n').map(moduleName));

/** What is loaded at boot: a module that one kernel has built in is a file of another. */
function bootModules(recipe: GuestRecipe, modules: readonly KernelModule[]): Node {
  const files = new Set(modules.map(({ name }) => name));
  const content = `${recipe.modules.boot.filter((name) => files.has(name)).join(' ')}\n`;
  return { type: 'file', path: 'etc/miglab/modules', mode: 0o644, content };
}

const isProgram = (path: string) => /^usr\/s?bin\/[^/]+$/.test(path);

/** The names by which busybox is called, but for those that programs of other packages have. */
async function appletLinks(nodes: readonly Node[], folder: string): Promise<Node[]> {
  const busybox = nodes.find(({ path }) => path === 'usr/bin/busybox');
  if (busybox?.type !== 'file') throw new Fault(ExitCode.usage, 'the packages of the image hold no busybox');
  const program = join(folder, 'busybox');
  await writeFile(program, busybox.content, { mode: 0o755 });
  const { code, stdout, stderr } = await run([program, '--list-full']);
  if (code !== 0) throw new Fault(ExitCode.hostLacks, `the guests' busybox does not run here: ${stderr}`);
  await rm(program);
  const taken = new Set(nodes.filter(({ path }) => isProgram(path)).map(({ path }) => basename(path)));
  const paths = stdout.split('\n').filter((path) => path && !taken.has(basename(path)));
  return paths.map((path) => ({ type: 'link', path: merged(path), target: '/usr/bin/busybox' }));
}

/** Folders that the packages' scripts would have made, and what the kernel needs before devtmpfs is mounted. */
const skeleton: Node[] = [
  ...['dev', 'proc', 'sys', 'run', 'mnt', 'opt/miglab', 'etc/miglab', 'var/log'].map(
    (path): Node => ({ type: 'directory', path, mode: 0o755 }),
  ),
  { type: 'directory', path: 'tmp', mode: 0o1777 },
  { type: 'directory', path: 'root', mode: 0o700 },
  { type: 'device', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
  { type: 'link', path: 'init', target: 'usr/bin/busybox' },
  { type: 'link', path: 'var/run', target: '../run' },
];

async function initNodes(): Promise<Node[]> {
  const files = await allFiles(initFolder);
  return Promise.all(
    files.map(async (path): Promise<Node> => {
      const content = await readFile(join(initFolder, path));
      return { type: 'file', path, mode: content.toString('latin1', 0, 2) === '#!' ? 0o755 : 0o644, content };
    }),
  );
}
