// SPDX-License-Identifier: GPL-2.0-only
import { chmod, cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { packagePath } from '../package.ts';
import { type BuildRoot, buildRootHash, headersPlace, runInRoot } from './buildroot.ts';
import { buildOnce, builtFolder } from './cache.ts';
import type { GuestImage } from './guest.ts';
import { kernelHash } from './kernel-build.ts';
import { type Lock, readLock } from './lock.ts';
import type { Report } from './report.ts';
import { withScratch } from './scratch.ts';
import { ensureSealer, runSealed, type SealedLimits } from './sealed.ts';
import { builderFiles, compiledFiles, sourceHash } from './source.ts';
import { ensureToolsRoot } from './tools.ts';

/** A file of lab/module, and what stands in its place. */
export interface Replacement {
  name: string;
  content: Uint8Array;
}

/** A module that somebody else wrote a part of, or why there is none. */
export type ForeignModule = { module: Buffer; complaint: string } | { module: undefined; complaint: string };

const folder = packagePath('lab', 'module');
/** Largest module that a guest is given. */
const moduleBytes = 16 << 20;

/**
 * Compiles lab/module with some of its files replaced. What replaces them may be hostile: it is read by nothing but the
 * compiler, enclosed (`runSealed`), beside the objects of all other files, which are compiled beforehand and trusted. Of
 * the files that are replaced nothing is there.
 *
 * @throws Fault (70) when the lab's own module does not compile, (69) when this host cannot enclose a compiler
 */
export async function buildModuleWith(
  guest: GuestImage,
  replaced: readonly Replacement[],
  limits: Omit<SealedLimits, 'outputBytes'>,
  report: Report,
): Promise<ForeignModule> {
  const lock = await readLock(guest.name);
  const root = await ensureToolsRoot(guest.name, lock, report);
  const sealer = await ensureSealer(guest.name, report);
  const compiled = await ensureObjects(guest, lock, root, report);
  return withScratch(async (scratch) => {
    const input = join(scratch, 'input');
    await mkdir(join(input, 'new'), { recursive: true });
    for (const { name, content } of replaced)
      await writeFile(join(input, 'new', name), content, { mode: 0o644 });
    await cp(compiled, join(input, 'module'), { recursive: true, preserveTimestamps: true });
    await readable(input);
    const script = buildScript(replaced, headersPlace(root, guest.kernelRelease));
    const { code, output, complaint, stopped } = await runSealed(
      sealer,
      root,
      input,
      { ...limits, outputBytes: moduleBytes },
      script,
    );
    if (stopped === 'time')
      return { module: undefined, complaint: `compiling took longer than ${limits.seconds} s` };
    if (code !== 0 || !isModule(output))
      return { module: undefined, complaint: complaint || `the compiler ended with ${code}` };
    return { module: output, complaint };
  });
}

/** Whatever this user's mask is. */
async function readable(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
}

/** A relocatable object for this architecture; the kernel that loads it, in a guest, looks at the rest. */
const isModule = (bytes: Buffer) =>
  bytes.subarray(0, 4).toString('latin1') === '\x7fELF' && bytes.readUInt16LE(16) === 1;

/** Names were checked against the assignment: they are words. */
const buildScript = (replaced: readonly Replacement[], headers: string): string =>
  [
    'mkdir lab; cp -a /tmp/input/module lab/module; cd lab/module',
    ...replaced.flatMap(({ name }) => {
      const stem = name.replace(/\.c$/, '');
      return [`rm -f ${name} ${stem}.o .${stem}.o.*`, `cp /tmp/input/new/${name} ${name}; touch ${name}`];
    }),
    'rm -f tcpmig.* .tcpmig.*',
    `make -s -C ${headers} M=/build/lab/module modules >&2`,
    'strip --strip-debug tcpmig.ko',
    'cat tcpmig.ko',
  ].join('\n');

/** The module as the lab has it, with all that its build leaves: a build of one file more needs seconds then. */
async function ensureObjects(
  guest: GuestImage,
  lock: Lock,
  root: BuildRoot,
  report: Report,
): Promise<string> {
  const files = (await compiledFiles(folder)).filter((file) => /^([^/]+|(compat|uapi)\/.*)$/.test(file));
  const hash = await sourceHash(
    [...files.map((file) => join(folder, file)), ...builderFiles('buildroot.ts', 'module-with.ts')],
    ['objects', ...files, buildRootHash(lock), await kernelHash(lock)],
  );
  const built = await buildOnce(builtFolder('tools', hash), "lab/module's objects", report, async (into) => {
    report({ stage: `compiling lab/module for ${guest.kernelRelease}` });
    const work = join(into, 'work');
    for (const file of files) await cp(join(folder, file), join(work, 'lab/module', file));
    const outcome = await runInRoot(
      root,
      work,
      `make -s -j2 -C ${headersPlace(root, guest.kernelRelease)} M=/build/lab/module modules`,
    );
    if (outcome.code !== 0)
      throw new Fault(ExitCode.bug, `lab/module does not compile:\n${outcome.stderr.trim().slice(-6000)}`);
    await rename(join(work, 'lab/module'), join(into, 'module'));
    await rm(work, { recursive: true });
  });
  return join(built, 'module');
}
