// SPDX-License-Identifier: GPL-2.0-only
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { packagePath } from '../package.ts';
import { buildRootHash, ensureBuildRoot, runInRoot } from './buildroot.ts';
import { buildOnce, builtFolder } from './cache.ts';
import type { LayerEntry } from './cpio.ts';
import { readLock } from './lock.ts';
import type { Report } from './report.ts';
import { allFiles, builderFiles, compiledFiles, sourceHash } from './source.ts';

const library = ['libtcpmig', 'module/uapi'];

/**
 * Compiles programs for the guests of an image that the layer of lab/ does not have: each C file of the folder is one, with
 * libtcpmig. @returns files of a machine, in /opt/miglab/bin @throws Fault (70) with the compiler's words
 */
export async function ensurePrograms(image: string, folder: string, report: Report): Promise<LayerEntry[]> {
  const lock = await readLock(image);
  const places = library.map((each) => packagePath('lab', each));
  const hash = await sourceHash(
    [folder, ...places, ...builderFiles('buildroot.ts', 'guest-programs.ts')],
    ['programs', buildRootHash(lock)],
    compiledFiles,
  );
  const built = await buildOnce(builtFolder('tools', hash), folder, report, async (into) => {
    const root = await ensureBuildRoot(image, lock, report);
    report({ stage: `compiling ${folder}` });
    const work = join(into, 'work');
    await mkdir(join(into, 'bin'), { recursive: true });
    for (const each of library) await copy(packagePath('lab', each), join(work, 'lab', each));
    await copy(folder, join(work, 'programs'));
    const { code, stderr } = await runInRoot(root, work, script);
    if (code !== 0) throw new Fault(ExitCode.bug, `${folder} does not compile:\n${stderr.trim()}`);
    await cp(join(work, 'out'), join(into, 'bin'), { recursive: true });
    await rm(work, { recursive: true });
  });
  const names = await allFiles(join(built, 'bin'));
  return Promise.all(
    names.map(async (name) => ({
      ...{ path: `opt/miglab/bin/${name}`, mode: 0o755 },
      content: await readFile(join(built, 'bin', name)),
    })),
  );
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: the shell's
const script = [
  'make -s -C lab/libtcpmig O=/build/lib all',
  'mkdir out; for each in programs/*.c; do',
  '  name=${each##*/}',
  '  gcc -std=gnu11 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -Ilab/libtcpmig/include -Ilab/module/uapi -o out/${name%.c} $each lib/lib/libtcpmig.a',
  'done',
].join('\n');
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: the shell's

async function copy(from: string, to: string): Promise<void> {
  for (const file of await compiledFiles(from)) await cp(join(from, file), join(to, file));
}
