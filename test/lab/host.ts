// SPDX-License-Identifier: GPL-2.0-only
import { type ChildProcess, execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { cacheFolder } from '../../src/vm/folders.ts';
import { shareCompiled } from '../temporary.ts';
import type { Outcome } from './program.ts';

/** Folders of its own for all that the program writes, so that nothing else on this machine counts. */
export interface Host {
  folder: string;
  env: { XDG_STATE_HOME: string; XDG_CACHE_HOME: string; TMPDIR: string; HOST: string };
  /** The folder of labs. */
  labs: string;
  miglab(...argv: string[]): Promise<Outcome>;
  start(...argv: string[]): { child: ChildProcess; ended: Promise<Outcome> };
  /** Whatever is left of labs, runs and builds on this host; empty when nothing is. */
  traces(): string[];
}

const folders: string[] = [];

// What a failed test left must not go on beside the next ones.
afterAll(() => {
  for (const { pid } of folders.flatMap(processesOf)) process.kill(pid, 'SIGKILL');
});

/**
 * @param options.state name of the folder for state; a long one, for instance
 * @param options.cold these parts of the cache are empty, the others those of the user who runs the tests; `module` is
 * the part of the tools that is the kernel module
 * @param options.within commands that are carried out first, in a mount namespace of its own; $HOST is the host's folder
 */
export function newHost(options: { state?: string; cold?: string[]; within?: string } = {}): Host {
  const folder = mkdtempSync(join(tmpdir(), 'miglab-host-'));
  folders.push(folder);
  const state = join(folder, options.state ?? 'state');
  const env = {
    ...{ XDG_STATE_HOME: state, XDG_CACHE_HOME: join(folder, 'cache') },
    ...{ TMPDIR: join(folder, 'tmp'), HOST: folder },
  };
  for (const each of [state, env.TMPDIR, join(folder, 'results')]) mkdirSync(each, { recursive: true });
  shareCompiled(env.TMPDIR);
  const cache = join(env.XDG_CACHE_HOME, 'miglab');
  layOutCache(cache, options.cold ?? []);
  const lockedBefore = new Set(deadLocks(cache));
  const start = (...argv: string[]) => launch(command(options.within, argv), { ...process.env, ...env });
  return {
    ...{ folder, env, labs: join(state, 'miglab/labs'), start },
    miglab: (...argv) => start(...argv).ended,
    traces: () => [
      ...processesOf(folder).map(({ pid, argv }) => `process ${pid}: ${argv}`),
      ...filesOf(folder, state),
      ...deadLocks(cache).filter((lock) => !lockedBefore.has(lock)),
    ],
  };
}

function layOutCache(cache: string, cold: readonly string[]): void {
  mkdirSync(join(cache, 'scratch'), { recursive: true });
  for (const part of ['images', 'roots', 'tools', 'pool', 'machines'])
    if (cold.includes(part)) mkdirSync(join(cache, part));
    else if (part === 'tools' && cold.includes('module')) withoutModule(join(cache, part));
    else symlinkSync(cacheFolder(part), join(cache, part));
  const answer = join(cacheFolder(), 'accelerator.json');
  if (!cold.includes('accelerator') && existsSync(answer))
    symlinkSync(answer, join(cache, 'accelerator.json'));
}

function withoutModule(tools: string): void {
  mkdirSync(tools);
  for (const name of readdirSync(cacheFolder('tools'))) {
    const built = join(cacheFolder('tools'), name);
    if (/^[0-9a-f]+$/.test(name) && !existsSync(join(built, 'files/module/tcpmig.ko')))
      symlinkSync(built, join(tools, name));
  }
}

/** A user that is not root gets a mount namespace together with one of users. */
function command(within: string | undefined, argv: readonly string[]): string[] {
  const program = [process.execPath, 'src/cli/miglab.js', ...argv];
  if (!within) return program;
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  return ['unshare', ...user, '--mount', 'sh', '-ec', `${within}\nexec "$@"`, 'sh', ...program];
}

/** Why a test that mounts cannot run here; undefined when it can. */
export async function mountsRefused(): Promise<string | undefined> {
  const { code, stderr } = await newHost({ within: 'mount -t tmpfs tmpfs "$HOST/results"' }).miglab(
    '--version',
  );
  return code === 0 ? undefined : stderr.trim();
}

function launch(argv: string[], env: NodeJS.ProcessEnv): { child: ChildProcess; ended: Promise<Outcome> } {
  const [program = '', ...rest] = argv;
  let child: ChildProcess | undefined;
  const ended = new Promise<Outcome>((resolve) => {
    child = execFile(program, rest, { env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 255) : 0, stdout, stderr }),
    );
  });
  return { child: child as ChildProcess, ended };
}

/** Sends the signal, once, when the program says something with that text; waits for its end. */
export function signalAt(
  text: string,
  signal: NodeJS.Signals,
  { child, ended }: ReturnType<Host['start']>,
): Promise<Outcome> {
  const listen = (said: string) => {
    if (!said.includes(text)) return;
    child.stderr?.off('data', listen); // A second one would end it at once.
    child.kill(signal);
  };
  child.stderr?.on('data', listen);
  return ended;
}

/** Processes that work in the host's folders, have them on their command line or in their environment. */
function processesOf(folder: string): { pid: number; argv: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const about = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8'));
        const isIts = [...about, readlinkSync(`/proc/${pid}/cwd`)].some((text) => text.includes(folder));
        return isIts ? [{ pid: Number(pid), argv: about[0]?.replaceAll('\0', ' ').slice(0, 200) ?? '' }] : [];
      } catch {
        return []; // It ended meanwhile.
      }
    });
}

/** Labs with their sockets, temporary files, and what a build left. */
function filesOf(folder: string, state: string): string[] {
  const below = (path: string) =>
    existsSync(path) ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
  const cache = join(folder, 'cache/miglab');
  const temporary = below(join(folder, 'tmp')).filter((name) => !name.startsWith('tsx-'));
  return [
    ...below(join(state, 'miglab/labs')),
    ...below(join(state, 'miglab/scratch')),
    ...temporary,
    ...below(join(cache, 'scratch')),
  ];
}

/** Locks of processes that are gone: who works in the same cache holds some there, and who was ended there left some. */
const deadLocks = (cache: string) =>
  ['images', 'roots', 'tools']
    .map((part) => join(cache, part))
    .flatMap((part) => readdirSync(part).map((name) => join(part, name)))
    .filter((path) => path.includes('.lock') && !existsSync(`/proc/${readlinkSync(path).split('-')[0]}`));
