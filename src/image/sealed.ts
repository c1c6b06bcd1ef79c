// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ExitCode, Fault } from '../fault.ts';
import { packagePath } from '../package.ts';
import { tag } from '../vm/tag.ts';
import { type BuildRoot, buildRootHash, ensureBuildRoot, runInRoot } from './buildroot.ts';
import { buildOnce, builtFolder } from './cache.ts';
import { interruptible } from './command.ts';
import { type Lock, readLock } from './lock.ts';
import type { Report } from './report.ts';
import { builderFiles, compiledFiles, sourceHash } from './source.ts';

/** What a sealed program may use. */
export interface SealedLimits {
  /** Of wall time. */
  seconds: number;
  /** Of each process. */
  memoryMb: number;
  /** Of /build, and of /tmp. */
  diskMb: number;
  /** Of its standard output; one that prints more is ended. */
  outputBytes: number;
}

export interface SealedOutcome {
  code: number | null;
  /** Standard output: bytes of a stranger. */
  output: Buffer;
  /** Standard error as far as anybody reads it. */
  complaint: string;
  /** What ended it early, if something did. */
  stopped?: 'time' | 'output';
}

/** The sealing program's own exit codes: lab/sealed/enter.c. */
const code = { host: 69, time: 124 };
const complaintBytes = 64 << 10;

/** Finds or builds the program that seals, with the compiler of an image's release. @returns its path */
export async function ensureSealer(image: string, report: Report): Promise<string> {
  const lock = await readLock(image);
  const folder = await buildOnce(builtFolder('tools', await sealerHash(lock)), 'lab/sealed', report, (into) =>
    compileSealer(image, lock, into, report),
  );
  return join(folder, 'enter');
}

const sources = packagePath('lab', 'sealed');

const sealerHash = (lock: Lock): Promise<string> =>
  sourceHash(
    [sources, ...builderFiles('buildroot.ts', 'sealed.ts')],
    ['sealed', buildRootHash(lock)],
    compiledFiles,
  );

async function compileSealer(image: string, lock: Lock, into: string, report: Report): Promise<void> {
  const root = await ensureBuildRoot(image, lock, report);
  report({ stage: 'compiling lab/sealed' });
  const work = join(into, 'work');
  for (const file of await compiledFiles(sources)) await cp(join(sources, file), join(work, 'sealed', file));
  const outcome = await runInRoot(root, work, 'make -s -C sealed O=/build all');
  if (outcome.code !== 0)
    throw new Fault(ExitCode.bug, `lab/sealed does not compile:\n${outcome.stderr.trim()}`);
  await rename(join(work, 'enter'), join(into, 'enter'));
  await rm(work, { recursive: true });
}

/**
 * Runs a shell script that reads what a stranger wrote: in a build root that it cannot change, without network, processes,
 * /proc or files of the host, as nobody, and within limits. `input`, which everybody may read, is at /tmp/input there. The only way
 * out is standard output; the host opens no file that was made in there.
 *
 * @throws Fault (69) when this host cannot seal: without user namespaces, for instance
 */
export async function runSealed(
  sealer: string,
  root: BuildRoot,
  input: string,
  limits: SealedLimits,
  script: string,
): Promise<SealedOutcome> {
  // Who built it may have let nobody else in.
  for (const folder of [root.folder, input]) await chmod(folder, 0o755);
  const argv = [
    ...['--pdeathsig', 'KILL', sealer, root.folder, input, root.headers ?? ''],
    ...[String(limits.memoryMb), String(limits.diskMb), String(limits.seconds), script],
  ];
  return interruptible(async (signal) => {
    const child = spawn('setpriv', argv, {
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      killSignal: 'SIGKILL',
      env: { ...process.env, ...tag() },
    });
    let tooMuch = false;
    const ended = once(child, 'close') as Promise<[number | null]>;
    const [output, complaint] = await Promise.all([
      firstBytes(child.stdout, limits.outputBytes, () => {
        tooMuch = true;
        child.kill('SIGKILL');
      }),
      firstBytes(child.stderr, complaintBytes, () => undefined),
    ]);
    const [exit] = await ended;
    const said = complaint.toString();
    if (exit === code.host && said.startsWith('sealed: ')) throw cannotSeal(said);
    const stopped = tooMuch ? 'output' : exit === code.time ? 'time' : undefined;
    return { code: exit, output, complaint: printable(said), ...(stopped ? { stopped } : {}) };
  });
}

const cannotSeal = (said: string) =>
  new Fault(
    ExitCode.hostLacks,
    `this host cannot enclose what strangers wrote: ${said.trim()}`,
    'It needs user namespaces: sysctl kernel.unprivileged_userns_clone=1, or a container that allows them.',
  );

/** Reads to the end, and keeps the first bytes. */
async function firstBytes(stream: Readable, limit: number, onMore: () => void): Promise<Buffer> {
  const kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const part = (chunk as Buffer).subarray(0, limit - size);
    if (part.length > 0) kept.push(part);
    if (part.length < chunk.length) onMore();
    size += part.length;
  }
  return Buffer.concat(kept);
}

/** Text of a stranger, of which no terminal or page does anything but show it. Pure. */
export const printable = (text: string): string =>
  text.replace(/[^\n\t\x20-\x7e\u00a0-\u1fff\u2010-\u2027\u2030-\u205e]/g, '?');
