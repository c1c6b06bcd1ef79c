// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { type BuildRoot, buildRootHash, ensureBuildRoot, runInRoot } from './buildroot.ts';
import { buildOnce, builtFolder } from './cache.ts';
import { type Lock, readLock } from './lock.ts';
import { type GuestRecipe, imagesFolder, type KernelSource, readGuestRecipe } from './recipe.ts';
import type { Report } from './report.ts';
import { builderFiles, sourceHash } from './source.ts';

/** A kernel that was compiled here, out of the cache. */
export interface BuiltKernel {
  /** The kernel itself, an ELF file with a PVH entry. */
  vmlinux: string;
  release: string;
  /** What `make modules_install` gives for this release. */
  modules: string;
  /** What modules are compiled against. */
  headers: string;
}

/** The kernel that a recipe compiles from source, if it does. Pure. */
export const kernelSource = ({ kernel }: GuestRecipe): KernelSource | undefined =>
  typeof kernel === 'string' ? undefined : kernel;

/** Identifies the kernel before it is built; empty for one that comes in a package. */
export async function kernelHash(lock: Lock): Promise<string> {
  const source = kernelSource(await readGuestRecipe(lock.recipe));
  if (!source) return '';
  const files = [join(imagesFolder, source.config), ...builderFiles('kernel-build.ts', 'buildroot.ts')];
  return createHash('sha256')
    .update(await sourceHash(files, [source.source, buildRootHash(lock)]))
    .digest('hex');
}

/**
 * Finds or compiles the kernel of a recipe. This takes minutes; `build.json` beside it says how many seconds it took.
 *
 * @throws Fault (70) with what make said
 */
export async function ensureKernel(recipe: GuestRecipe, report: Report): Promise<BuiltKernel> {
  const source = kernelSource(recipe);
  if (!source) throw new Error(`${recipe.name} takes its kernel from a package`);
  const lock = await readLock(recipe.name);
  const what = `the kernel of ${recipe.name}`;
  const folder = await buildOnce(
    builtFolder('kernels', await kernelHash(lock)),
    what,
    report,
    async (into) => {
      const root = await ensureBuildRoot(recipe.name, lock, report);
      report({ stage: `compiling ${what}`, detail: 'about a quarter of an hour on two cores' });
      await buildKernel(root, source, into);
    },
  );
  const release = (await readFile(join(folder, 'kernel-release'), 'utf8')).trim();
  const modules = join(folder, 'modules/lib/modules', release);
  return { release, modules, vmlinux: join(folder, 'vmlinux'), headers: join(folder, 'headers') };
}

async function buildKernel(root: BuildRoot, source: KernelSource, into: string): Promise<void> {
  const work = join(into, 'work');
  await mkdir(work);
  await copyFile(join(imagesFolder, source.config), join(work, 'wanted'));
  const begin = Date.now();
  const outcome = await runInRoot(root, work, buildScript(source.source));
  if (outcome.code !== 0)
    throw new Fault(
      ExitCode.bug,
      `${source.source} does not compile with ${source.config}:\n${(outcome.stderr || outcome.stdout).trim().slice(-6000)}`,
    );
  const seconds = Math.round((Date.now() - begin) / 1000);
  for (const each of ['vmlinux', 'kernel-release', 'config', 'modules', 'headers'])
    await rename(join(work, 'out', each), join(into, each));
  await writeFile(join(into, 'build.json'), `${JSON.stringify({ seconds })}\n`);
  await rm(work, { recursive: true });
}

// Half of the source, which no guest of a lab can use; Kconfig files and makefiles are read all the same.
const unused = [
  'Documentation/*.rst',
  'Documentation/*.yaml',
  'arch/[!x]*.[chS]',
  'arch/*/boot/dts/*',
  'drivers/gpu/*.[ch]',
  'drivers/net/ethernet/*.[ch]',
  'sound/*.[ch]',
];

// Beside the module, whose Kbuild asks for it, kcov sees the code that it drives.
const covered = ['tcp', 'tcp_input', 'tcp_output'];
// The PVH entry, and memcmp that it calls, run before there is any shadow memory (arch/x86/platform/pvh/enlighten.c, lib/string.c).
const unshadowed = ['enlighten', 'string'];
const instrumentation = [
  ...covered.map((each) => `KCOV_INSTRUMENT_${each}.o=y`),
  ...unshadowed.map((each) => `KASAN_SANITIZE_${each}.o=n`),
].join(' ');

/** Every line of the wanted configuration must have come true: kconfig drops what it cannot have without a word. Pure. */
const buildScript = (source: string): string =>
  [
    'mkdir linux out',
    `tar -xf /usr/src/${source}.tar.xz -C linux --strip-components=1 ${unused.map((each) => `--exclude='${source}/${each}'`).join(' ')}`,
    'cd linux',
    'export KBUILD_BUILD_TIMESTAMP=1970-01-01 KBUILD_BUILD_USER=miglab KBUILD_BUILD_HOST=miglab',
    'make -s KCONFIG_ALLCONFIG=/build/wanted allnoconfig',
    "grep '^CONFIG_' /build/wanted | grep -vxFf .config > /build/missing && { echo 'the kernel has no such setting, or not with the others:'; cat /build/missing; exit 1; } >&2",
    `make -s -j2 ${instrumentation} vmlinux modules`,
    'make -s INSTALL_MOD_PATH=/build/out/modules INSTALL_MOD_STRIP=1 DEPMOD=true modules_install',
    'srctree=. SRCARCH=x86 CC=gcc HOSTCC=gcc MAKE=make sh scripts/package/install-extmod-build /build/out/headers',
    'cp include/config/kernel.release /build/out/kernel-release',
    'cp .config /build/out/config',
    'strip -o /build/out/vmlinux vmlinux',
    // Links out of the folder would be dead.
    'find /build/out -name build -type l -delete',
  ].join('\n');
